#!/usr/bin/env bash
# Runs a fuzz target until nothing new is found, then keeps a small corpus of what was.
#
#   scripts/fuzz.sh TARGET        targets: fuzz/README.md; needs a nightly toolchain and cargo-fuzz
#
# Runs at least FUZZ_MINUTES (20), and until FUZZ_QUIET_MINUTES (5) brought no new coverage. A finding ends it with
# status 1 and stays in fuzz/artifacts/TARGET. The whole corpus stays in fuzz/target/corpus/TARGET, so that the
# next run goes on from it; what is committed, in fuzz/corpus/TARGET, is the fewest files with the same coverage,
# at most FUZZ_CORPUS_KB (400), beside the seeds that have names.
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
slice=60
corpus_kb=${FUZZ_CORPUS_KB:-400}
work=fuzz/target/corpus/$target
committed=fuzz/corpus/$target
log=fuzz/target/$target.log
mkdir -p "$work" "$committed"

# The shell is needed by the journal's target only; without it the build takes half the time.
features=(--no-default-features)
[ "$target" != journal_segment ] || features=()
fuzz() {
  cargo +nightly fuzz run "${features[@]}" "$target" "$@"
}
# A transaction of a head has at most 10,250 bytes; room for what is too large.
limits=(-max_len=12000 -timeout=20 -rss_limit_mb=4096 -verbosity=1)

cargo +nightly fuzz build "${features[@]}" "$target"
coverage=0 start=$SECONDS grown=$SECONDS executions=0
while ((SECONDS - start < least || SECONDS - grown < quiet)); do
  if ! fuzz "$work" "$committed" -- "${limits[@]}" -max_total_time=$slice -print_final_stats=1 2>"$log"; then
    tail -n 40 "$log" >&2
    printf 'fuzz: %s found something: fuzz/artifacts/%s\n' "$target" "$target" >&2
    exit 1
  fi
  seen=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2 || true)
  executed=$(grep -oE 'number_of_executed_units: [0-9]+' "$log" | grep -oE '[0-9]+$' || echo 0)
  executions=$((executions + executed))
  if ((${seen:-0} > coverage)); then
    coverage=$seen grown=$SECONDS
  fi
  printf 'fuzz: %s %4d s, coverage %d, grown %d s ago, %d executions\n' "$target" \
    $((SECONDS - start)) "$coverage" $((SECONDS - grown)) "$executions"
done

# The fewest files first by what they cover; `cmin` alone keeps several times as many.
fewest=$(mktemp -d)
trap 'rm -rf "$fewest"' EXIT
fuzz "$fewest" "$work" "$committed" -- "${limits[@]}" -set_cover_merge=1 2>>"$log"
find "$committed" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
kept=$(find "$committed" -type f -printf '%s\n' | awk '{sum += $1} END {print sum + 0}')
while read -r size file; do
  kept=$((kept + size))
  ((kept <= corpus_kb * 1024)) || break
  cp "$file" "$committed/"
done < <(find "$fewest" -type f -printf '%s %p\n' | sort -n)
printf 'fuzz: %s ended, coverage %d, %d executions, %d files committed\n' "$target" "$coverage" \
  "$executions" "$(find "$committed" -type f | wc -l)"
