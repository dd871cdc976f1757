#!/usr/bin/env bash
# Measures what a standard output that nobody reads costs: the same load on a node whose log is read, and on one whose log
# pipe is never read, in turn. Prints the rate of each round and the two means.
#
#   scripts/blocked-stdout.sh [DIR]
#
#   DIR       where journals and datasets lie; on the disk to be measured (default: a new directory here)
#   RYDRA     the binary (default target/release/rydra)
#   SECONDS_EACH, RATE, ROUNDS   length of each run (600), payments per second (2000; 0: as fast as it goes, then
#             TRANSACTIONS is the length), pairs of runs (1)
#   PORT, MONITORING_PORT   of the node (4101, 6101)
#   LEVEL     log level (debug: a line per step, so that the pipe fills within a second)
set -euo pipefail
cd "$(dirname "$0")/.."
rydra=${RYDRA:-target/release/rydra}
seconds=${SECONDS_EACH:-600}
rate=${RATE:-2000}
rounds=${ROUNDS:-1}
level=${LEVEL:-debug}
port=${PORT:-4101}
monitoring=${MONITORING_PORT:-6101}
transactions=${TRANSACTIONS:-$((seconds * (rate > 0 ? rate : 10000)))}

if [ ! -x "$rydra" ]; then
  echo "blocked-stdout: $rydra is not there; needed the release binary: cargo build --release --locked --bin rydra" >&2
  exit 2
fi
work=$(mktemp -d -p "${1:-.}")
node=
reader=
cleanup() {
  for process in $node $reader; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

"$rydra" bench generate --shape constant --transactions "$transactions" --clients 1 --seed 42 --alive 10 --out "$work/set.json"
"$rydra" bench prepare "$work/set.json" --out "$work/files" >/dev/null

# One run; $1 is read or blocked. Its rate goes to $work/$1.
measure() {
  local how=$1 pipe=$work/pipe
  rm -rf "$work/journal" "$pipe"
  mkfifo "$pipe"
  # Open for both ends, so that neither the node nor this script waits for the other.
  exec 9<>"$pipe"
  if [ "$how" = read ]; then
    cat "$pipe" >/dev/null 9>&- &
    reader=$!
  fi
  RYDRA_MONITORING_HOST=127.0.0.1 "$rydra" --offline-head-seed 0001 --api-port "$port" --monitoring-port "$monitoring" \
    --hydra-signing-key "$work/files/hydra-1.sk" --ledger-protocol-parameters "$work/files/protocol-parameters.json" \
    --initial-utxo "$work/files/utxo.json" --persistence-dir "$work/journal" \
    --log-format json --log-level "$level" >"$pipe" 9>&- &
  node=$!
  local load=(--window 400)
  [ "$rate" -gt 0 ] && load=(--rate "$rate" --duration "$seconds")
  "$rydra" bench run "$work/set.json" --node "127.0.0.1:$port" --node-pid "$node" --probe-dir "$work" --json "${load[@]}" \
    >"$work/report.json" 9>&-
  local dropped
  dropped=$(curl -s "http://127.0.0.1:$monitoring/metrics" | awk '/^rydra_log_lines_dropped_total /{print $2}')
  if [ "$how" = blocked ] && [ "${dropped%.*}" = 0 ]; then
    echo "blocked-stdout: no line was dropped, so nothing was blocked; raise LEVEL or SECONDS_EACH" >&2
    exit 1
  fi
  awk -F '[:,]' '/^ *"tps":/{print $2 + 0}' "$work/report.json" >>"$work/$how"
  local p99
  p99=$(awk -F '[:,]' '/"submit_to_confirmed"/{on = 1} on && /"p99_ms"/{print $2 + 0; exit}' "$work/report.json")
  printf '%-8s %10.1f payments/s, confirmed p99 %.1f ms, %s log lines dropped\n' \
    "$how" "$(tail -n 1 "$work/$how")" "$p99" "$dropped"
  kill "$node"
  wait "$node" || true
  node=
  if [ -n "$reader" ]; then
    kill "$reader" 2>/dev/null || true
    wait "$reader" 2>/dev/null || true
    reader=
  fi
  exec 9>&-
}

for ((round = 1; round <= rounds; round++)); do
  # Whichever comes second has a busier disk: they take turns.
  if ((round % 2)); then measure read; measure blocked; else measure blocked; measure read; fi
done
awk -v read="$work/read" -v blocked="$work/blocked" 'BEGIN {
  while ((getline line < read) > 0) { r += line; n++ }
  while ((getline line < blocked) > 0) b += line
  printf "mean     read %.1f, blocked %.1f payments/s: %+.2f %%\n", r / n, b / n, 100 * (b - r) / r
}'
