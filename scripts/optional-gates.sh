#!/usr/bin/env bash
# Gates whose tools are not part of a Rust toolchain: run where installed, named where not.
set -euo pipefail
cd "$(dirname "$0")/.."

gate() {
  local tool=$1 name=$2
  shift 2
  if command -v "$tool" >/dev/null 2>&1; then
    printf '== %s\n' "$name"
    "$@"
  else
    printf '== %s: SKIPPED, %s is not installed\n' "$name" "$tool"
  fi
}

# Advisories need the network; licences, bans and sources do not.
deny=(cargo deny --locked check bans licenses sources)
[ -z "${RYDRA_ADVISORIES:-}" ] || deny+=(advisories)
gate cargo-deny "licences, duplicates, sources" "${deny[@]}"
gate typos "spelling" typos
gate cargo-machete "unused dependencies" cargo machete
