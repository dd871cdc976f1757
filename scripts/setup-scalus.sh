#!/usr/bin/env bash
# Installs what the ledger's differential test compares with: the npm package scalus and a node for it, both
# pinned by tests/differential/scalus/package-lock.json. Never fails: without them the test says SKIPPED.
set -euo pipefail
cd "$(dirname "$0")/../tests/differential/scalus"

say() { printf 'setup-scalus: %s\n' "$*" >&2; }
without() {
  say "$*; the differential test will say SKIPPED"
  exit 0
}

# npm writes the hidden lock file last: when it is newer than ours, the packages are those of ours.
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0

if ! command -v npm >/dev/null 2>&1; then
  command -v apt-get >/dev/null 2>&1 || without "no npm, and no apt-get to install it"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || without "no npm; run as root, or install sudo or npm"
    as_root=(sudo)
  fi
  say "installing npm with apt-get, for the ledger's differential test"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
    say "apt-get update failed, trying with the indices at hand"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends npm ca-certificates </dev/null >&2 ||
    without "apt-get could not install npm"
fi
say "installing scalus and node with npm ci"
npm ci --no-audit --no-fund </dev/null >&2 || without "npm ci failed"
