/* A layer between a node and its disk, for tests: loaded with LD_PRELOAD, it records every call that changes
 * anything below one directory, makes calls fail, and makes syncs slow (ADR 0016). C99, glibc, 64 bits.
 *
 * Calls reach the kernel directly, the record is appended once a call has succeeded, and both happen under one
 * lock: so the order of records is the order of effects, and no record speaks of what was not done. What the
 * layer cannot record (shared writable maps, links, copies inside the kernel) ends the process with a text.
 *
 * DISK_SHIM_ROOT     directory, absolute; nothing outside of it is touched
 * DISK_SHIM_TRACE    file to append records to; none when not set
 * DISK_SHIM_CONTROL  file of 4096 bytes, shared with the test: words of 64 bits, see `enum word`
 *
 * A record, little endian: u32 bytes in all, u32 kind, u64 file, u64 number (offset or length), u32 bytes of the
 * first path, u32 bytes of the second, then both paths (relative to the root) and the data. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { CREATE = 1, OPEN, TRUNCATE, WRITE, SYNC, SYNC_DIR, RENAME, UNLINK, MAKE_DIR, REMOVE_DIR, SYNC_FAILED };
/* Words of the control file. CALLS and FAILED are counted here, the others are set by the test. MODE: 0 fails
 * any call, 1 only those that the errno can hit on a real disk, 2 the first COUNT syncs at or after FIRST. */
enum word { CALLS, ERRNO, FIRST, COUNT, SYNC_US, ONCE_US, FAILED, MODE };
enum { FDS = 65536 };

static struct { uint64_t file; char *dir; } fds[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_len;
static int trace = -1;
static volatile uint64_t *control;

static void die(const char *what) {
    char text[256];
    int n = snprintf(text, sizeof text, "disk shim: %s (errno %d); the node is ended\n", what, errno);
    if (n > 0) (void)!syscall(SYS_write, 2, text, (size_t)n);
    syscall(SYS_exit_group, 99);
}

static long word_get(enum word w) { return control ? (long)__atomic_load_n(&control[w], __ATOMIC_SEQ_CST) : 0; }

__attribute__((constructor)) static void start(void) {
    const char *dir = getenv("DISK_SHIM_ROOT"), *to = getenv("DISK_SHIM_TRACE"), *by = getenv("DISK_SHIM_CONTROL");
    if (!dir || !*dir) return;
    if (dir[0] != '/' || strlen(dir) >= sizeof root) die("DISK_SHIM_ROOT is no absolute path");
    strcpy(root, dir);
    if (to && *to) {
        trace = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (trace < 0) die("cannot open DISK_SHIM_TRACE");
    }
    if (by && *by) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, by, O_RDWR | O_CLOEXEC, 0);
        void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED) die("cannot map DISK_SHIM_CONTROL");
        control = page;
        syscall(SYS_close, fd);
    }
    root_len = strlen(root); /* last: from here on calls are looked at */
}

/* The path relative to the root, "" for the root itself; NULL when it lies elsewhere. */
static const char *below(int at, const char *path, char *buffer) {
    if (!root_len || !path) return NULL;
    if (path[0] != '/') {
        ssize_t n;
        char link[64];
        if (at == AT_FDCWD) strcpy(link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        n = readlink(link, buffer, PATH_MAX - 1);
        if (n < 0 || (size_t)n + strlen(path) + 2 > PATH_MAX) return NULL;
        buffer[n] = '/';
        strcpy(buffer + n + 1, path);
        path = buffer;
    }
    if (strncmp(path, root, root_len) != 0 || (path[root_len] && path[root_len] != '/')) return NULL;
    path += root_len;
    while (*path == '/') path++;
    return path;
}

static int tracked(int fd) { return root_len && fd >= 0 && fd < FDS && (fds[fd].file || fds[fd].dir); }

static void record(enum kind kind, uint64_t file, uint64_t number, const char *a, const char *b, const void *data, size_t bytes) {
    struct { uint32_t all, kind; uint64_t file, number; uint32_t a, b; } head;
    struct iovec parts[4];
    if (trace < 0) return;
    head.a = (uint32_t)(a ? strlen(a) : 0);
    head.b = (uint32_t)(b ? strlen(b) : 0);
    head.all = (uint32_t)(sizeof head + head.a + head.b + bytes);
    head.kind = kind;
    head.file = file;
    head.number = number;
    parts[0] = (struct iovec){&head, sizeof head};
    parts[1] = (struct iovec){(void *)a, head.a};
    parts[2] = (struct iovec){(void *)b, head.b};
    parts[3] = (struct iovec){(void *)data, bytes};
    if (syscall(SYS_writev, trace, parts, 4) != (long)head.all) die("the trace cannot be written");
}

/* Counts a call that changes something; nonzero when it has to fail, errno set. */
static int fails(enum kind kind, int extends) {
    uint64_t number;
    long error = word_get(ERRNO);
    if (!control) return 0;
    number = __atomic_add_fetch(&control[CALLS], 1, __ATOMIC_SEQ_CST);
    if (error && word_get(MODE) == 2) {
        if (number < (uint64_t)word_get(FIRST) || kind != SYNC || !word_get(COUNT)) return 0;
        __atomic_sub_fetch(&control[COUNT], 1, __ATOMIC_SEQ_CST);
    } else if (!error || number < (uint64_t)word_get(FIRST) || number - (uint64_t)word_get(FIRST) >= (uint64_t)word_get(COUNT)) return 0;
    if (word_get(MODE) == 1) {
        int sync = kind == SYNC || kind == SYNC_DIR;
        if (error == EROFS && sync) return 0;
        if (error == ENOSPC && (sync || kind == UNLINK || kind == REMOVE_DIR || !extends)) return 0;
    }
    __atomic_add_fetch(&control[FAILED], 1, __ATOMIC_SEQ_CST);
    errno = (int)error;
    return 1;
}

static int do_open(int at, const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *name = below(at, path, buffer);
    struct stat seen;
    int fd, is_new;
    if (!name || (flags & O_PATH)) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    is_new = (flags & O_CREAT) && fstatat(at, path, &seen, 0) != 0;
    if (word_get(MODE) == 1 && word_get(ERRNO) == EROFS && word_get(COUNT) && (flags & O_ACCMODE) != O_RDONLY) {
        __atomic_add_fetch(&control[FAILED], 1, __ATOMIC_SEQ_CST);
        errno = EROFS;
        fd = -1;
    } else if ((is_new || (flags & O_TRUNC)) && fails(is_new ? CREATE : TRUNCATE, is_new)) {
        fd = -1;
    } else if ((fd = (int)syscall(SYS_openat, at, path, flags, mode)) >= 0) {
        if (fd >= FDS || fstat(fd, &seen) != 0) die("an open file cannot be looked at");
        free(fds[fd].dir);
        fds[fd].dir = NULL;
        if (S_ISDIR(seen.st_mode)) {
            fds[fd].file = 0;
            if (!(fds[fd].dir = strdup(name))) die("no memory");
        } else {
            fds[fd].file = (uint64_t)seen.st_ino;
            record(is_new ? CREATE : OPEN, fds[fd].file, 0, name, NULL, NULL, 0);
            if ((flags & O_TRUNC) && !is_new) record(TRUNCATE, fds[fd].file, 0, NULL, NULL, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE_OF(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list l; va_start(l, flags); mode = va_arg(l, mode_t); va_end(l); }
int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return do_open(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags, mode) return do_open(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags, mode) return do_open(at, path, flags, mode); }
int __open_2(const char *path, int flags) { return do_open(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return do_open(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return do_open(at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return do_open(at, path, flags, 0); }
int creat(const char *path, mode_t mode) { return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (tracked(fd)) {
        pthread_mutex_lock(&lock);
        fds[fd].file = 0;
        free(fds[fd].dir);
        fds[fd].dir = NULL;
        pthread_mutex_unlock(&lock);
    }
    return (int)syscall(SYS_close, fd);
}

static int copied(int from, int to) {
    if (to >= 0 && tracked(from)) {
        if (to >= FDS) die("too many files");
        pthread_mutex_lock(&lock);
        fds[to].file = fds[from].file;
        free(fds[to].dir);
        fds[to].dir = fds[from].dir ? strdup(fds[from].dir) : NULL;
        pthread_mutex_unlock(&lock);
    }
    return to;
}
int dup(int fd) { return copied(fd, (int)syscall(SYS_dup, fd)); }
int dup3(int fd, int to, int flags) { return copied(fd, (int)syscall(SYS_dup3, fd, to, flags)); }
int dup2(int fd, int to) { return fd == to ? to : dup3(fd, to, 0); }
static int do_fcntl(int fd, int command, void *argument) {
    int got = (int)syscall(SYS_fcntl, fd, command, argument);
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(fd, got) : got;
}
#define ARGUMENT_OF(command, argument) \
    va_list l; va_start(l, command); void *argument = va_arg(l, void *); va_end(l);
int fcntl(int fd, int command, ...) { ARGUMENT_OF(command, argument) return do_fcntl(fd, command, argument); }
int fcntl64(int fd, int command, ...) { ARGUMENT_OF(command, argument) return do_fcntl(fd, command, argument); }

/* `at` below zero: at the file's own position, or at its end with O_APPEND. */
static ssize_t do_write(int fd, const void *data, size_t bytes, off_t at) {
    struct stat seen;
    off_t offset = at;
    ssize_t done;
    if (!tracked(fd)) return at < 0 ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, at);
    pthread_mutex_lock(&lock);
    if (fstat(fd, &seen) != 0) die("a written file cannot be looked at");
    if (at < 0) {
        offset = syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND ? seen.st_size : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
    }
    if (fails(WRITE, offset + (off_t)bytes > seen.st_size)) done = -1;
    else done = at < 0 ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, at);
    if (done > 0) record(WRITE, fds[fd].file, (uint64_t)offset, NULL, NULL, data, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t write(int fd, const void *data, size_t bytes) { return do_write(fd, data, bytes, -1); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) { return do_write(fd, data, bytes, at); }
ssize_t pwrite64(int fd, const void *data, size_t bytes, off_t at) { return do_write(fd, data, bytes, at); }
/* Part by part: fewer bytes than asked for are a right answer. */
static ssize_t do_writev(int fd, const struct iovec *parts, int count, off_t at) {
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = do_write(fd, parts[i].iov_base, parts[i].iov_len, at < 0 ? at : at + all);
        if (done < 0) return all ? all : done;
        all += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return all;
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    return tracked(fd) ? do_writev(fd, parts, count, -1) : syscall(SYS_writev, fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return tracked(fd) ? do_writev(fd, parts, count, at) : syscall(SYS_pwritev, fd, parts, count, at, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) { return pwritev(fd, parts, count, at); }

int ftruncate(int fd, off_t length) {
    int done;
    if (!tracked(fd)) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    done = fails(TRUNCATE, 0) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0) record(TRUNCATE, fds[fd].file, (uint64_t)length, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static void pause_us(long us) {
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    if (us > 0) nanosleep(&time, NULL);
}
static int do_sync(int fd, long number) {
    int done;
    if (!tracked(fd)) return (int)syscall(number, fd);
    pthread_mutex_lock(&lock);
    pause_us(word_get(SYNC_US));
    if (control) pause_us((long)__atomic_exchange_n(&control[ONCE_US], 0, __ATOMIC_SEQ_CST));
    done = fails(fds[fd].dir ? SYNC_DIR : SYNC, 0) ? -1 : (int)syscall(number, fd);
    if (done == 0) record(fds[fd].dir ? SYNC_DIR : SYNC, fds[fd].file, 0, fds[fd].dir, NULL, NULL, 0);
    else if (!fds[fd].dir) record(SYNC_FAILED, fds[fd].file, 0, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

/* One name, or two. */
static int named(enum kind kind, const char *a, const char *b, long (*call)(void *), void *with) {
    int done;
    if (!a && !b) return (int)call(with);
    if (kind == RENAME && (!a || !b)) die("a rename across the edge of the root");
    pthread_mutex_lock(&lock);
    done = fails(kind, kind == MAKE_DIR || kind == RENAME) ? -1 : (int)call(with);
    if (done == 0) record(kind, 0, 0, a, b, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
struct names { int at, to_at; const char *path, *to; unsigned flags; };
static long call_rename(void *with) { struct names *n = with; return syscall(SYS_renameat2, n->at, n->path, n->to_at, n->to, n->flags); }
static long call_unlink(void *with) { struct names *n = with; return syscall(SYS_unlinkat, n->at, n->path, n->flags); }
static long call_mkdir(void *with) { struct names *n = with; return syscall(SYS_mkdirat, n->at, n->path, n->flags); }

int renameat2(int at, const char *path, int to_at, const char *to, unsigned flags) {
    char first[PATH_MAX], second[PATH_MAX];
    struct names n = {at, to_at, path, to, flags};
    return named(RENAME, below(at, path, first), below(to_at, to, second), call_rename, &n);
}
int renameat(int at, const char *path, int to_at, const char *to) { return renameat2(at, path, to_at, to, 0); }
int rename(const char *path, const char *to) { return renameat2(AT_FDCWD, path, AT_FDCWD, to, 0); }
int unlinkat(int at, const char *path, int flags) {
    char buffer[PATH_MAX];
    struct names n = {at, 0, path, NULL, (unsigned)flags};
    return named(flags & AT_REMOVEDIR ? REMOVE_DIR : UNLINK, below(at, path, buffer), NULL, call_unlink, &n);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int done = unlink(path);
    return done != 0 && errno == EISDIR ? rmdir(path) : done;
}
int mkdirat(int at, const char *path, mode_t mode) {
    char buffer[PATH_MAX];
    struct names n = {at, 0, path, NULL, mode};
    return named(MAKE_DIR, below(at, path, buffer), NULL, call_mkdir, &n);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* What is not recorded must not happen. */
void *mmap(void *where, size_t bytes, int protection, int flags, int fd, off_t at) {
    if (tracked(fd) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) die("a shared writable map of a file");
    return (void *)syscall(SYS_mmap, where, bytes, protection, flags, fd, at);
}
void *mmap64(void *where, size_t bytes, int protection, int flags, int fd, off_t at) { return mmap(where, bytes, protection, flags, fd, at); }
#define REFUSED(tracks, what) if (tracks) die(what)
int fallocate(int fd, int mode, off_t at, off_t bytes) { REFUSED(tracked(fd), "fallocate"); return (int)syscall(SYS_fallocate, fd, mode, at, bytes); }
int fallocate64(int fd, int mode, off_t at, off_t bytes) { return fallocate(fd, mode, at, bytes); }
int posix_fallocate(int fd, off_t at, off_t bytes) { return fallocate(fd, 0, at, bytes) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off_t at, off_t bytes) { return posix_fallocate(fd, at, bytes); }
ssize_t copy_file_range(int from, off_t *a, int to, off_t *b, size_t bytes, unsigned flags) { REFUSED(tracked(to), "copy_file_range"); return syscall(SYS_copy_file_range, from, a, to, b, bytes, flags); }
ssize_t sendfile(int to, int from, off_t *at, size_t bytes) { REFUSED(tracked(to), "sendfile"); return syscall(SYS_sendfile, to, from, at, bytes); }
ssize_t sendfile64(int to, int from, off_t *at, size_t bytes) { return sendfile(to, from, at, bytes); }
int linkat(int at, const char *path, int to_at, const char *to, int flags) { char buffer[PATH_MAX]; REFUSED(below(to_at, to, buffer), "link"); return (int)syscall(SYS_linkat, at, path, to_at, to, flags); }
int link(const char *path, const char *to) { return linkat(AT_FDCWD, path, AT_FDCWD, to, 0); }
int symlinkat(const char *path, int at, const char *to) { char buffer[PATH_MAX]; REFUSED(below(at, to, buffer), "symlink"); return (int)syscall(SYS_symlinkat, path, at, to); }
int symlink(const char *path, const char *to) { return symlinkat(path, AT_FDCWD, to); }
int truncate(const char *path, off_t length) { char buffer[PATH_MAX]; REFUSED(below(AT_FDCWD, path, buffer), "truncate by name"); return (int)syscall(SYS_truncate, path, length); }
int truncate64(const char *path, off_t length) { return truncate(path, length); }
