#!/usr/bin/env bash
# Installs the npm packages that a test needs, and a node for them: what the package-lock.json of a directory pins.
# Never fails: without them the test says SKIPPED.
#
#   scripts/setup-npm.sh DIRECTORY WHAT
set -euo pipefail
cd "$(dirname "$0")/../$1"
what=$2

say() { printf 'setup-npm: %s\n' "$*" >&2; }
without() {
  say "$*; $what will say SKIPPED"
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
  say "installing npm with apt-get, for $what"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
    say "apt-get update failed, trying with the indices at hand"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends npm ca-certificates </dev/null >&2 ||
    without "apt-get could not install npm"
fi
say "installing the packages of $1 with npm ci, for $what"
# No script of a package runs: what is installed is what the lock file has the hashes of.
npm ci --no-audit --no-fund --ignore-scripts </dev/null >&2 || without "npm ci failed"
