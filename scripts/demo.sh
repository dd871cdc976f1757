#!/usr/bin/env bash
# Builds the node, starts a head of one party offline, submits payments, and keeps the head running
# until Ctrl-C. Everything it writes lies in a fresh directory below demo-data/.
#
# RYDRA_DEMO_PORT         port of the API (default 4001)
# RYDRA_DEMO_PAYMENTS     number of payments (default 300)
# RYDRA_DEMO_VOCABULARY   deposit (default) or legacy
# RYDRA_DEMO_ONCE=1       stops after the payments instead of waiting for Ctrl-C
set -euo pipefail
cd "$(dirname "$0")/.."

port=${RYDRA_DEMO_PORT:-4001}
payments=${RYDRA_DEMO_PAYMENTS:-300}
vocabulary=${RYDRA_DEMO_VOCABULARY:-deposit}
api="127.0.0.1:$port"
# The journal's directory is fresh each time: a demo starts with an unopened head.
mkdir -p demo-data
data=$(mktemp -d "demo-data/$(date +%Y%m%d-%H%M%S)-XXXX")
node=

say() { printf '\n== %s\n' "$*"; }

stop() {
  trap - EXIT INT TERM
  if [ -n "$node" ] && kill -0 "$node" 2>/dev/null; then
    kill -TERM "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
    printf '\nStopped. Keys, journal and log stay in %s; remove them with: make clean\n' "$data"
  fi
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Building the release binary (the first time takes some minutes)"
cargo build --release --locked --bin rydra
rydra=${CARGO_TARGET_DIR:-target}/release/rydra
"$rydra" --version

say "Making keys, $payments payments and an initial UTxO in $data"
"$rydra" bench generate --shape constant --transactions "$payments" --clients 1 --seed 42 --alive 10 \
  --out "$data/dataset.json"
"$rydra" bench prepare "$data/dataset.json" --out "$data" >"$data/node-command.txt"

say "Starting a node with hydra-node's own flags"
node_command=(
  "$rydra" --config config/demo.yaml
  --offline-head-seed 0001
  --hydra-signing-key "$data/hydra-1.sk"
  --ledger-protocol-parameters "$data/protocol-parameters.json"
  --initial-utxo "$data/utxo.json"
  --persistence-dir "$data/state"
  --api-host 127.0.0.1 --api-port "$port"
  --api-vocabulary "$vocabulary"
)
printf '%q ' "${node_command[@]}"
printf '\n'
"${node_command[@]}" >"$data/node.log" 2>"$data/node.err" </dev/null &
node=$!

show_failure() {
  printf '\n%s\n' "$1" >&2
  cat "$data/node.err" >&2
  tail -n 5 "$data/node.log" >&2 || true
  exit 1
}

say "Submitting $payments payments over the WebSocket API"
# The client waits for GET /ready itself; a node that dies at once is noticed here.
"$rydra" bench run "$data/dataset.json" --node "$api" --node-pid "$node" --window 50 &
client=$!
while kill -0 "$client" 2>/dev/null; do
  if ! kill -0 "$node" 2>/dev/null; then
    kill "$client" 2>/dev/null || true
    show_failure "The node ended before the payments were confirmed:"
  fi
  sleep 0.2
done
wait "$client" || show_failure "The payments were not all confirmed:"

cat <<TEXT

== What happened
  A head of one party opened offline with the outputs of $data/utxo.json. Each payment was validated by
  the ledger, put into a snapshot, signed, and written to the journal in $data/state before the client
  heard of it: kill the node and start it again with the same command, and nothing is missing.

== Connect a client
  WebSocket     websocat 'ws://$api/?history=no'
  in the words of hydra-node 2.3 (for unmodified clients; or start the node with --api-vocabulary legacy)
                websocat 'ws://$api/?history=no&vocabulary=legacy'
  everything that happened so far
                websocat 'ws://$api/?history=yes&snapshot-utxo=no'
  HTTP          curl http://$api/head
                curl http://$api/snapshot/utxo
                curl http://$api/ready
  Log           tail -f $data/node.log
TEXT

if [ -n "${RYDRA_DEMO_ONCE:-}" ]; then
  exit 0
fi
printf '\nThe head runs (process %s). Ctrl-C stops it.\n' "$node"
# From here on Ctrl-C is the expected end, no failure.
trap 'exit 0' INT
wait "$node" || show_failure "The node ended:"
