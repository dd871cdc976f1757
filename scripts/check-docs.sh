#!/usr/bin/env bash
# Holds the documents against the tree: whatever they name must exist, whatever must be told is told.
#
#  1. every path of this repository in backticks, and every relative link, exists
#  2. every `snake_case_name` (tests, functions, metrics) occurs in a source file
#  3. every decision record stands in the index, every direct dependency in its record
#  4. every metric stands in docs/TRACES.md, every failpoint in docs/TESTING.md
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t documents < <(git ls-files --cached --others --exclude-standard '*.md' ':!vendor' | sort -u)
if [ "${#documents[@]}" -eq 0 ]; then
  echo "check-docs: git lists no document here; run it in a clone" >&2
  exit 1
fi
sources=$(mktemp)
trap 'rm -f "$sources"' EXIT
git ls-files -z --cached --others --exclude-standard \
  '*.rs' '*.toml' '*.yaml' '*.yml' '*.sh' '*.json' Makefile .ci/run |
  xargs -0 cat 2>/dev/null | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$sources"

failures=0
fail() {
  printf '%s\n' "$*" >&2
  failures=$((failures + 1))
}

# Paths that look like ours and are not, with the reason.
foreign=(
  src/trusted_setup.txt # of the crate c-kzg, in src/snapshot/accumulator/README.md
)
exists() {
  [ -e "$1" ] || compgen -G "$1" >/dev/null || [[ " ${foreign[*]} " == *" $1 "* ]]
}

top='(src|actors|tests|docs|config|scripts|benches|fuzz|\.ci|\.github)'
file='(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|Cargo\.toml|Cargo\.lock|Makefile|Dockerfile|docker-compose\.yml|(deny|clippy|rustfmt|typos)\.toml|LICENSE'
for document in "${documents[@]}"; do
  # 1. Fenced blocks hold commands of a user's machine; only prose is checked.
  prose=$(awk '/^[[:space:]]*```/{fence=!fence; next} !fence' "$document")
  while read -r path; do
    exists "${path%/}" || fail "$document: \`$path\` does not exist"
  done < <(grep -oE '`[^`]+`' <<<"$prose" | tr -d '`' |
    grep -xE "$top/[][A-Za-z0-9_./*{}-]*|$file" | sort -u || true)
  while read -r link; do
    target=${link%%#*}
    [ -n "$target" ] || continue
    [ -e "$(dirname "$document")/$target" ] || fail "$document: link to $link leads nowhere"
  done < <(grep -oE '\]\([^)]+\)' <<<"$prose" | sed -E 's/^\]\(|\)$//g' |
    grep -vE '^(https?|mailto):' | sort -u || true)
  # Source files may be named below the directory that the document's text names.
  while read -r path; do
    compgen -G "$path" >/dev/null || compgen -G "src/$path" >/dev/null ||
      compgen -G "actors/src/$path" >/dev/null || compgen -G "tests/$path" >/dev/null ||
      compgen -G "src/ledger/$path" >/dev/null || compgen -G "src/ledger/*/$path" >/dev/null ||
      fail "$document: \`$path\` is no source file"
  done < <(grep -oE '`[a-z_/]+\.rs`' <<<"$prose" | tr -d '`' | sort -u || true)
  # 2.
  while read -r name; do
    grep -qxF "$name" "$sources" || fail "$document: \`$name\` is in no source file"
  done < <(grep -oE '`([A-Za-z_]+::)*[a-z][a-z0-9]*(_[a-z0-9]+){2,}`' <<<"$prose" | tr -d '`' |
    sed 's/.*:://' | sort -u || true)
done

# 3.
for record in docs/adr/[0-9]*.md; do
  grep -qF "($(basename "$record"))" docs/adr/README.md ||
    fail "docs/adr/README.md: no link to $(basename "$record")"
done
direct() {
  awk '/^\[/{on = $0 ~ /^\[(dev-)?dependencies\]/} on && /^[a-z]/{sub(/[ .=].*/, ""); print}' "$1"
}
while read -r crate; do
  case $crate in rydra | rydra-*) continue ;; esac
  grep -qE "^\| \`$crate\`" docs/adr/0003-*.md || fail "docs/adr/0003: no row for the dependency $crate"
done < <({
  direct Cargo.toml
  direct actors/Cargo.toml
  direct tests/support/Cargo.toml
  direct fuzz/Cargo.toml
} | sort -u)

# 4.
while read -r metric; do
  grep -qF "\`$metric\`" docs/TRACES.md || fail "docs/TRACES.md: no row for the metric $metric"
done < <(grep -rhoE '"(hydra|rydra)_[a-z]+_[a-z_]+"' actors/src/observe/metrics/table.rs \
  actors/src/observe/metrics/render.rs actors/src/api_session/metrics.rs | tr -d '"' | sort -u)
while read -r point; do
  grep -qF "\`$point\`" docs/TESTING.md || fail "docs/TESTING.md: no row for the failpoint $point"
done < <(grep -oE '= "[a-z_]+\.[a-z_]+" at' actors/src/failpoint.rs | cut -d'"' -f2)

if [ "$failures" -gt 0 ]; then
  printf 'check-docs: %s findings; correct the document, or the name it uses\n' "$failures" >&2
  exit 1
fi
printf 'check-docs: %s documents hold\n' "${#documents[@]}"
