//! What a power cut may leave of a directory.
//!
//! The rules are POSIX's: a file's bytes and length are safe once that file was synced; a name (made, renamed,
//! removed) is safe once its directory was synced, whatever was synced of the file. Of everything later any part may have
//! reached the disk, in any order, a write may have been torn at the boundary of a sector, of 512 bytes or of 4 KiB, and a
//! length may have got there before its bytes, so that what lay there before shows through. What a failed sync was to write is
//! lost with the next sync that succeeds, as on Linux, where the pages count as clean then. All choices come from one seed.
//!
//! In three points a disk may be worse. A sector that is torn away keeps what was safe in it: no drive here loses old
//! bytes for new ones (SQLite's "powersafe overwrite"). A rename happens as a whole. And it is safe with the directory
//! that it goes to, so a rename across directories would be judged too kindly.

use std::collections::BTreeMap;

use super::image::{Image, Node};
use super::trace::{Call, FileId};
use crate::random::Random;

/// The smallest that disks write as a whole, in bytes: a boundary at which a write is torn.
pub const SECTOR_BYTES: u64 = 512;

/// What newer disks write as a whole, in bytes.
pub const LARGE_SECTOR_BYTES: u64 = 4096;

/// What shows through where a length is there and its bytes are not.
pub const STALE: u8 = 0xa5;

/// How much of what was not synced survives; drawn for each cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Survival {
    /// Nothing.
    Nothing,
    /// Everything up to some call, and that one torn: a disk that keeps the order.
    InOrder,
    /// Each change with this chance in a hundred, every fourth of them torn: a disk that does not.
    AnyOrder(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Dir,
    File(usize),
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    Truncate { len: u64 },
}

#[derive(Clone, Debug, Default)]
struct Inode {
    durable: Vec<u8>,
    /// As the process reads it.
    seen: Vec<u8>,
    /// Since the last sync, each with its place among all calls.
    pending: Vec<(u64, Change)>,
    /// How many of the first of them a failed sync has given up: no later sync makes them safe.
    given_up: usize,
}

#[derive(Clone, Debug)]
enum Naming {
    Add(String, Entry),
    Remove(String),
    Rename(String, String, Entry),
}

impl Naming {
    fn directory(&self) -> &str {
        let (Self::Add(path, _) | Self::Remove(path) | Self::Rename(_, path, _)) = self;
        parent(path)
    }
}

type Names = BTreeMap<String, Entry>;

/// A disk: what is safe on it, and what is not yet.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    durable: Names,
    names: Names,
    pending: Vec<(u64, Naming)>,
    open: BTreeMap<FileId, usize>,
    calls: u64,
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn rename(names: &mut Names, naming: &Naming) {
    match naming {
        Naming::Add(path, entry) => {
            names.insert(path.clone(), *entry);
        }
        Naming::Remove(path) => {
            names.remove(path);
        }
        Naming::Rename(from, to, entry) => {
            names.remove(from);
            names.insert(to.clone(), *entry);
        }
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => {
                let offset = *offset as usize;
                let end = offset + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                if let Some(place) = content.get_mut(offset..end) {
                    place.copy_from_slice(bytes);
                }
            }
            Self::Truncate { len } => content.resize(*len as usize, 0),
        }
    }

    /// The length that it gives a file, without its bytes.
    fn extend(&self, content: &mut Vec<u8>) {
        let Self::Write { offset, bytes } = self else { return };
        let (offset, end) = (*offset as usize, *offset as usize + bytes.len());
        if content.len() < end {
            content.resize(content.len().max(offset), 0);
            content.resize(end, STALE);
        }
    }

    /// What is left of it when each of its sectors survives as `keep` says.
    fn torn(&self, sector: u64, mut keep: impl FnMut() -> bool) -> Vec<Self> {
        let Self::Write { offset, bytes } = self else { return vec![self.clone()] };
        let mut parts = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let to_boundary = sector - (offset + at as u64) % sector;
            let end = bytes.len().min(at + to_boundary as usize);
            if keep() {
                let part = bytes.get(at..end).unwrap_or_default().to_vec();
                parts.push(Self::Write { offset: offset + at as u64, bytes: part });
            }
            at = end;
        }
        parts
    }
}

impl Disk {
    /// A disk on which exactly this is safe.
    #[must_use]
    pub fn of(image: &Image) -> Self {
        let mut disk = Self::default();
        for (path, node) in image {
            let entry = match node {
                Node::Dir => Entry::Dir,
                Node::File(bytes) => {
                    disk.inodes.push(Inode {
                        durable: bytes.clone(),
                        seen: bytes.clone(),
                        ..Inode::default()
                    });
                    Entry::File(disk.inodes.len() - 1)
                }
            };
            disk.durable.insert(path.clone(), entry);
        }
        disk.names = disk.durable.clone();
        disk
    }

    /// Replays calls.
    pub fn replay<'c>(&mut self, calls: impl IntoIterator<Item = &'c Call>) {
        for call in calls {
            self.calls += 1;
            self.call(call);
        }
    }

    fn call(&mut self, call: &Call) {
        match call {
            Call::Create { path, file } => {
                self.inodes.push(Inode::default());
                let inode = self.inodes.len() - 1;
                self.open.insert(*file, inode);
                self.name(Naming::Add(path.clone(), Entry::File(inode)));
            }
            Call::Open { path, file } => {
                if let Some(Entry::File(inode)) = self.names.get(path) {
                    self.open.insert(*file, *inode);
                }
            }
            Call::Truncate { file, len } => self.change(*file, Change::Truncate { len: *len }),
            Call::Write { file, offset, bytes } => {
                self.change(*file, Change::Write { offset: *offset, bytes: bytes.clone() });
            }
            Call::Sync { file } => {
                if let Some(inode) = self.inode(*file) {
                    let lost = std::mem::take(&mut inode.given_up);
                    for (_, change) in std::mem::take(&mut inode.pending).into_iter().skip(lost) {
                        change.apply(&mut inode.durable);
                    }
                }
            }
            Call::SyncFailed { file } => {
                if let Some(inode) = self.inode(*file) {
                    inode.given_up = inode.pending.len();
                }
            }
            Call::SyncDir { path } => {
                for (at, naming) in std::mem::take(&mut self.pending) {
                    if naming.directory() == path {
                        rename(&mut self.durable, &naming);
                    } else {
                        self.pending.push((at, naming));
                    }
                }
            }
            Call::Rename { from, to } => {
                if let Some(entry) = self.names.get(from).copied() {
                    self.name(Naming::Rename(from.clone(), to.clone(), entry));
                }
            }
            Call::Unlink { path } | Call::RemoveDir { path } => {
                self.name(Naming::Remove(path.clone()));
            }
            Call::MakeDir { path } => self.name(Naming::Add(path.clone(), Entry::Dir)),
        }
    }

    fn inode(&mut self, file: FileId) -> Option<&mut Inode> {
        let inode = self.open.get(&file)?;
        self.inodes.get_mut(*inode)
    }

    fn change(&mut self, file: FileId, change: Change) {
        let at = self.calls;
        if let Some(inode) = self.inode(file) {
            change.apply(&mut inode.seen);
            inode.pending.push((at, change));
        }
    }

    fn name(&mut self, naming: Naming) {
        rename(&mut self.names, &naming);
        self.pending.push((self.calls, naming));
    }

    /// Everything as the process saw it: what a kill leaves.
    #[must_use]
    pub fn whole(&self) -> Image {
        self.image(&self.names, |inode| inode.seen.clone())
    }

    /// What is safe: the least that any cut leaves.
    #[must_use]
    pub fn safe(&self) -> Image {
        self.image(&self.durable, |inode| inode.durable.clone())
    }

    /// How many changes are not safe.
    #[must_use]
    pub fn unsafe_changes(&self) -> usize {
        self.pending.len() + self.inodes.iter().map(|inode| inode.pending.len()).sum::<usize>()
    }

    /// What a power cut leaves: one of the many, by the choices of `random`.
    #[must_use]
    pub fn cut(&self, random: &mut Random) -> Image {
        let survival = match random.below(5) {
            0 => Survival::Nothing,
            1 | 2 => Survival::InOrder,
            _ => Survival::AnyOrder(*random.pick(&[10, 50, 90])),
        };
        let end = self.last_in_order(random);
        let sector = *random.pick(&[SECTOR_BYTES, LARGE_SECTOR_BYTES]);
        let lengths_first = matches!(survival, Survival::AnyOrder(_)) && random.chance(50);
        let cut = Cut { survival, end, sector };
        let mut names = self.durable.clone();
        for (at, naming) in &self.pending {
            let survives = match survival {
                Survival::Nothing => false,
                Survival::InOrder => *at <= end,
                Survival::AnyOrder(chance) => random.chance(chance),
            };
            if survives {
                rename(&mut names, naming);
            }
        }
        self.image(&names, |inode| {
            let mut content = inode.durable.clone();
            for (at, change) in &inode.pending {
                if lengths_first && random.chance(50) {
                    change.extend(&mut content);
                }
                for part in cut.survivors(*at, change, random) {
                    part.apply(&mut content);
                }
            }
            content
        })
    }

    /// The call that is torn when the order is kept: one of those that are not safe.
    fn last_in_order(&self, random: &mut Random) -> u64 {
        let changes = self.inodes.iter().flat_map(|inode| inode.pending.iter().map(|(at, _)| *at));
        let mut all: Vec<u64> = changes.chain(self.pending.iter().map(|(at, _)| *at)).collect();
        all.sort_unstable();
        all.get(random.index(all.len())).copied().unwrap_or(0)
    }

    /// Names whose directories are there, with what their files hold.
    fn image(&self, names: &Names, mut content: impl FnMut(&Inode) -> Vec<u8>) -> Image {
        let mut image = Image::new();
        for (path, entry) in names {
            let above = parent(path);
            if !above.is_empty() && !matches!(image.get(above), Some(Node::Dir)) {
                continue;
            }
            let node = match entry {
                Entry::Dir => Node::Dir,
                Entry::File(inode) => {
                    Node::File(self.inodes.get(*inode).map(&mut content).unwrap_or_default())
                }
            };
            image.insert(path.clone(), node);
        }
        image
    }
}

/// The choices of one cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    survival: Survival,
    /// The call that is torn when the order is kept.
    end: u64,
    sector: u64,
}

impl Cut {
    /// What is left of one change of a file.
    fn survivors(self, at: u64, change: &Change, random: &mut Random) -> Vec<Change> {
        match self.survival {
            Survival::Nothing => Vec::new(),
            Survival::InOrder if at < self.end => vec![change.clone()],
            Survival::InOrder if at == self.end => change.torn(self.sector, || random.chance(50)),
            Survival::InOrder => Vec::new(),
            Survival::AnyOrder(chance) if !random.chance(chance) => Vec::new(),
            Survival::AnyOrder(_) if random.chance(25) => {
                change.torn(self.sector, || random.chance(50))
            }
            Survival::AnyOrder(_) => vec![change.clone()],
        }
    }
}
