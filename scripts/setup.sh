#!/usr/bin/env bash
# Installs what a build needs and is missing. Works as root and with sudo, without any question.
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

if ! command -v cargo >/dev/null 2>&1; then
  if [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
    say "cargo is installed but not in PATH; run: export PATH=\"${CARGO_HOME:-$HOME/.cargo}/bin:\$PATH\""
  else
    say "no cargo; install a Rust toolchain (https://rustup.rs), then run this again"
  fi
  exit 1
fi

# SQLite and blst are compiled from C: a compiler, a linker and the headers of libc.
packages=()
command -v cc >/dev/null 2>&1 || packages+=(gcc)
[ -e /usr/include/stdio.h ] || packages+=(libc6-dev)
[ "${#packages[@]}" -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  say "missing: ${packages[*]}, and there is no apt-get; install a C compiler and the headers of libc"
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    say "missing: ${packages[*]}; run as root, or install sudo"
    exit 1
  fi
  as_root=(sudo)
fi
say "installing ${packages[*]} with apt-get"
# Indices of a fresh image are absent or old; an update that fails may still leave usable ones.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
  say "apt-get update failed, trying with the indices at hand"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >&2
