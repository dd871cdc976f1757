#!/usr/bin/env bash
# Shows that the differential test finds a ledger that skips a rule. In a scratch copy, each rule gets a switch
# that skips it when RYDRA_SKIPPED_RULE names it; the test must pass without and fail with each.
# Nothing of this is in the ledger itself. One build, then one run per rule.
#
# Usage: scripts/ledger-mutants.sh [RULE...]       names of functions in src/ledger/rules; all without names
# RYDRA_DIFFERENTIAL sets the transactions per rule (600: each mutation twice). Exit status 1 when one is missed.
set -euo pipefail
cd "$(dirname "$0")/.."

export RYDRA_DIFFERENTIAL=${RYDRA_DIFFERENTIAL:-600}
# A target directory of its own: cargo would take the mutant's core for the ledger's, as both have the same
# place in their workspace. Kept, so that a second run builds little.
scratch=$PWD/target/ledger-mutants
export CARGO_TARGET_DIR=${LEDGER_MUTANTS_TARGET:-$PWD/target/ledger-mutants-build}
rm -rf "$scratch"
mkdir -p "$scratch"
git ls-files -z --cached --others --exclude-standard |
  xargs -0 cp --parents --preserve=timestamps -t "$scratch"
modules=tests/differential/scalus/node_modules
[ ! -d "$modules" ] || ln -s "$PWD/$modules" "$scratch/$modules"

# Each function of the rules that ends in a refusal returns early when it is named.
mapfile -t files < <(find "$scratch/src/ledger/rules" -name '*.rs' ! -name mod.rs)
perl -0pi -e 's/(pub\((?:super|crate)\) fn (\w+)\([^{]*?-> Result<\(\), Refusal> \{\n)/$1    if super::skipped("$2") { return Ok(()); }\n/g' \
  "${files[@]}"
cat >>"$scratch/src/ledger/rules/mod.rs" <<'RUST'

/// Whether this mutant skips a rule.
fn skipped(rule: &str) -> bool {
    std::env::var("RYDRA_SKIPPED_RULE").is_ok_and(|name| name == rule)
}
RUST
mapfile -t rules < <(grep -hoE 'super::skipped\("\w+"\)' "${files[@]}" | cut -d'"' -f2 | sort -u)
if [ "${#rules[@]}" -lt 20 ]; then
  echo "only ${#rules[@]} rules found; has the form of the functions changed?" >&2
  exit 1
fi
[ "$#" -eq 0 ] || rules=("$@")

run() {
  (cd "$scratch" && RYDRA_SKIPPED_RULE=$1 \
    cargo test --locked -p rydra-differential --test differential same_verdict) >"$scratch/log" 2>&1
}
echo "none skipped: building and running $RYDRA_DIFFERENTIAL transactions"
if ! run none; then
  tail -40 "$scratch/log" >&2
  echo "the unchanged ledger fails; mutants show nothing" >&2
  exit 1
fi
missed=0
for rule in "${rules[@]}"; do
  if run "$rule"; then
    echo "$rule: MISSED"
    missed=$((missed + 1))
  else
    # A finding, not a count below its floor.
    found=$(grep -cE '^seed [0-9]+ ' "$scratch/log" || true)
    [ "$found" -gt 0 ] || missed=$((missed + 1))
    echo "$rule: found by $found transactions"
  fi
done
exit "$((missed > 0))"
