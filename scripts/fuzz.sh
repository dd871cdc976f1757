#!/usr/bin/env bash
# Runs a fuzz target until nothing new is found, then keeps a small corpus of what was.
#
#   scripts/fuzz.sh TARGET        targets: fuzz/README.md; needs a nightly toolchain and cargo-fuzz
#
#   FUZZ_MINUTES=20         least duration
#   FUZZ_QUIET_MINUTES=5    minutes without new coverage that end the run
#   FUZZ_MOST_MINUTES=0     duration after which it ends though it still grows, with status 3; 0: never
#   FUZZ_PROCESSES=1        processes on the one corpus
#   FUZZ_NICE=0             priority given up to others, 0 to 19
#   FUZZ_ASAN_MINUTES=5     minutes with AddressSanitizer afterwards, on the corpus that was found
#   FUZZ_CORPUS_KB=400      most that is committed
#
# It searches without a sanitizer, two to three times as fast: our code is safe Rust. What it found is then run, and
# searched on from, with AddressSanitizer, for the sake of the C in dependencies.
#
# A finding ends it with status 1 and stays in fuzz/artifacts/TARGET. The whole corpus stays in
# fuzz/target/corpus/TARGET, so that the next run goes on from it; what is committed, in fuzz/corpus/TARGET, is the
# fewest files with the same coverage, beside the seeds that have names.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-}
if [ $# -ne 1 ] || [ ! -e "fuzz/fuzz_targets/$target.rs" ]; then
  printf 'usage: scripts/fuzz.sh TARGET, one of:\n' >&2
  find fuzz/fuzz_targets -name '*.rs' -printf '  %f\n' | sed 's/\.rs$//' | sort >&2
  exit 2
fi
for tool in 'cargo +nightly --version' 'cargo fuzz --version'; do
  if ! $tool >/dev/null 2>&1; then
    printf 'fuzz: `%s` fails; needed a nightly toolchain and cargo-fuzz; do: %s\n' "$tool" \
      'rustup toolchain install nightly && cargo install cargo-fuzz --locked' >&2
    exit 2
  fi
done

least=$((${FUZZ_MINUTES:-20} * 60))
quiet=$((${FUZZ_QUIET_MINUTES:-5} * 60))
most=$((${FUZZ_MOST_MINUTES:-0} * 60))
processes=${FUZZ_PROCESSES:-1}
asan=$((${FUZZ_ASAN_MINUTES:-5} * 60))
corpus_kb=${FUZZ_CORPUS_KB:-400}
poll=10
work=fuzz/target/corpus/$target
committed=fuzz/corpus/$target
artifacts=fuzz/artifacts/$target
log=fuzz/target/$target
mkdir -p "$work" "$committed" "$artifacts"

# The shell is needed by the journal's target only; without it the build takes half the time.
features=(--no-default-features)
[ "$target" != journal_segment ] || features=()
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')
quick=fuzz/target/quick
# A transaction of a head has at most 10,250 bytes; room for what is too large.
limits=(-max_len=12000 -timeout=20 -rss_limit_mb=4096 -verbosity=1 -artifact_prefix="$artifacts/")

# Runs what was built, in place of this shell. Where processes are scheduled in groups, nice counts only inside of one:
# then the group is held back too.
run() {
  if [ "${FUZZ_NICE:-0}" -gt 0 ]; then
    renice -n "$FUZZ_NICE" -p "$BASHPID" >/dev/null
    { echo "$FUZZ_NICE" >"/proc/$BASHPID/autogroup"; } 2>/dev/null || true
  fi
  exec env RUST_BACKTRACE=1 ASAN_OPTIONS=detect_odr_violation=0 "$@"
}

found() {
  tail -n 40 "$1" >&2
  printf 'fuzz: %s found something: %s\n' "$target" "$artifacts" >&2
  exit 1
}

cargo +nightly fuzz build "${features[@]}" --sanitizer none --target-dir "$quick" "$target"
binary=$quick/$triple/release/$target
running=()
trap 'kill -KILL "${running[@]}" 2>/dev/null || true' EXIT
for ((n = 1; n <= processes; n++)); do
  run "$binary" "$work" "$committed" "${limits[@]}" -reload=1 2>"$log.$n.log" &
  running+=($!)
done

coverage=0 start=$SECONDS grown=$SECONDS told=$SECONDS executions=0 status=0
while ((SECONDS - start < least || SECONDS - grown < quiet)); do
  if ((most > 0 && SECONDS - start >= most)); then
    status=3
    break
  fi
  sleep "$poll"
  seen=0 executions=0
  for ((n = 1; n <= processes; n++)); do
    kill -0 "${running[n - 1]}" 2>/dev/null || found "$log.$n.log"
    # A line of the fuzzer: how many runs so far, what happened, and what is covered.
    read -r runs covers < <(sed -nE 's/^#([0-9]+)\t.* cov: ([0-9]+) .*/\1 \2/p' "$log.$n.log" | tail -n 1) || true
    executions=$((executions + ${runs:-0}))
    ((${covers:-0} <= seen)) || seen=$covers
  done
  if ((seen > coverage)); then
    coverage=$seen grown=$SECONDS
  fi
  if ((SECONDS - told >= 60)); then
    told=$SECONDS
    printf 'fuzz: %s %4d s, coverage %d, grown %d s ago, %d executions\n' "$target" \
      $((SECONDS - start)) "$coverage" $((SECONDS - grown)) "$executions"
  fi
done
# What was found is in files already; asked to end, a fuzzer sometimes hangs in its own signal handler.
kill -KILL "${running[@]}" 2>/dev/null || true
wait "${running[@]}" 2>/dev/null || true
for ((n = 1; n <= processes; n++)); do
  ! grep -q 'SUMMARY: libFuzzer: \(deadly\|timeout\|out-of\)' "$log.$n.log" || found "$log.$n.log"
done
seconds=$((SECONDS - start)) rested=$((SECONDS - grown))

if ((asan > 0)); then
  cargo +nightly fuzz build "${features[@]}" "$target"
  for bound in -runs=0 -max_total_time="$asan"; do
    (run "fuzz/target/$triple/release/$target" "$work" "$committed" "${limits[@]}" "$bound") \
      2>"$log.asan.log" || found "$log.asan.log"
    printf 'fuzz: %s with AddressSanitizer, %s: %s\n' "$target" "$bound" "$(grep "^Done" "$log.asan.log")"
  done
fi

# The fewest files first by what they cover; `cmin` alone keeps several times as many.
fewest=$(mktemp -d)
trap 'rm -rf "$fewest"' EXIT
(run "$binary" "$fewest" "$work" "$committed" "${limits[@]}" -set_cover_merge=1) 2>"$log.merge.log" ||
  found "$log.merge.log"
find "$committed" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
kept=$(find "$committed" -type f -printf '%s\n' | awk '{sum += $1} END {print sum + 0}')
while read -r size file; do
  kept=$((kept + size))
  ((kept <= corpus_kb * 1024)) || break
  cp "$file" "$committed/"
done < <(find "$fewest" -type f -printf '%s %p\n' | sort -n)
printf 'fuzz: %s ended after %d s, coverage %d, grown %d s ago, %d executions, %d files committed\n' "$target" \
  "$seconds" "$coverage" "$rested" "$executions" "$(find "$committed" -type f | wc -l)"
exit "$status"
