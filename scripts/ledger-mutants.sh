#!/usr/bin/env bash
# Shows that the differential test finds a ledger that skips a rule: edits one rule away in a scratch copy, runs
# the test there, and expects it to fail. Usage: scripts/ledger-mutants.sh [NAME...]   (all without names)
#
# RYDRA_DIFFERENTIAL sets the transactions per mutant (2000). Prints one line per mutant; exit status 1 when one
# is not found. A build per mutant: minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

# Name, file below src/ledger, and a perl expression that must change the file.
mutants=(
  'fee|rules/mod.rs|s/^\s*fee::fee_too_small,\n//m'
  'value|rules/mod.rs|s/^\s*value::value_not_conserved,\n//m'
  'minimum-ada|rules/mod.rs|s/^\s*outputs::output_too_small,\n//m'
  'value-size|rules/mod.rs|s/^\s*outputs::output_too_big,\n//m'
  'network|rules/mod.rs|s/^\s*network::wrong_network,\n//m'
  'disjoint|rules/mod.rs|s/^\s*inputs::non_disjoint_reference_inputs,\n//m'
  'metadata-hash|rules/mod.rs|s/^\s*metadata::conflicting_metadata_hash,\n//m'
  'certificates|rules/mod.rs|s/^\s*certificates::certificates,\n//m'
  'needed-keys|rules/mod.rs|s/^\s*signatures::missing_vkey_witnesses,\n//m'
  'native-scripts|rules/mod.rs|s/^\s*scripts::script_witness_not_validating,\n//m'
  'supplemental-datums|rules/mod.rs|s/^\s*data::not_allowed_supplemental_datums,\n//m'
  'integrity-hash|rules/mod.rs|s/^\s*integrity::script_integrity_hash,\n//m'
  'redeemers|rules/mod.rs|s/^\s*data::missing_redeemers,\n//m'
  'collateral|rules/mod.rs|s/^\s*collateral::insufficient_collateral,\n//m'
  'expiry|mod.rs|s/^\s*rules::interval_over\(&resolved\)\?;\n//mg'
)

count=${RYDRA_DIFFERENTIAL:-2000}
# A fixed place below the target directory: dependencies are shared with it, and a second run builds less.
scratch=$PWD/target/ledger-mutants
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
rm -rf "$scratch"
mkdir -p "$scratch"
git ls-files -z --cached --others --exclude-standard |
  xargs -0 cp --parents --preserve=timestamps -t "$scratch"
ln -s "$PWD/tests/differential/scalus/node_modules" "$scratch/tests/differential/scalus/node_modules"

run() {
  (cd "$scratch" && RYDRA_DIFFERENTIAL=$count \
    cargo test --locked -p rydra-differential --test differential same_verdict) >"$scratch/log" 2>&1
}

echo "unchanged: building and running $count transactions"
if ! run; then
  tail -40 "$scratch/log" >&2
  echo "the unchanged ledger fails; mutants show nothing" >&2
  exit 1
fi

survivors=0
for mutant in "${mutants[@]}"; do
  IFS='|' read -r name file change <<<"$mutant"
  if [ "$#" -gt 0 ] && [[ " $* " != *" $name "* ]]; then
    continue
  fi
  path=$scratch/src/ledger/$file
  cp "$path" "$scratch/original"
  perl -0pi -e "$change" "$path"
  if cmp -s "$path" "$scratch/original"; then
    echo "$name: the expression changes nothing, correct it" >&2
    exit 1
  fi
  if run; then
    echo "$name: NOT FOUND"
    survivors=$((survivors + 1))
  elif grep -qE '^error(\[|: could not compile)' "$scratch/log"; then
    tail -20 "$scratch/log" >&2
    echo "$name: does not compile, which shows nothing" >&2
    exit 1
  else
    echo "$name: found ($(grep -cE '^seed [0-9]+ ' "$scratch/log") findings shown)"
  fi
  cp "$scratch/original" "$path"
done
exit "$((survivors > 0))"
