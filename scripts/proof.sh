#!/usr/bin/env bash
# Figures of long runs, each with its limit and whether it is met. Run on a quiet machine: scripts/proof.sh NAME...
#
#   million      1,000,000 payments, 4 clients that pay and one that reads the whole history each minute:
#                rate, peak memory, growth of memory, and the start after it
#   outputs      peak memory of a head with 4,000 outputs
#   idle         memory for each of 1,000 clients that only listen
#   fan-out      snapshots of 100 payments a second that reach all of 1,000 subscribers
#   stalled      memory for each of 100 clients that never read, small messages and large ones
#   never-reads  p99 of the others while one client never reads, against ten minutes without it
#   trickle      memory for 100 clients that read the whole history, one message a second
#   all          one after the other
#
# PROOF_SHORT=1        small counts: shows that everything works; the figures mean little
# PROOF_DIR            where nodes and reports lie, on the disk to be measured (default proof-data)
# PROOF_PORT           port of the node (default 4701)
# PROOF_RATE           payments a second of million, outputs, stalled and trickle (default 2500)
# PROOF_FULL_RATE      payments a second at full load, of never-reads (default 8000)
# RYDRA                the binary (default: a release build of this tree)
#
# Exit status 1 when a limit is not met, 2 for an unknown name, a variable that cannot be used, or a port that is taken.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${PROOF_DIR:-proof-data}
port=${PROOF_PORT:-4701}
api="127.0.0.1:$port"
rate=${PROOF_RATE:-2500}
full=${PROOF_FULL_RATE:-8000}
short=${PROOF_SHORT:-}
node=
missed=0

# Wrong use: SEEN NEEDED DO
refuse() {
  echo "proof.sh: $1; needed: $2; do: $3" >&2
  exit 2
}

help() { sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"; }

# A variable with its value, and its range: NAME VALUE LEAST MOST
check() {
  local what="a whole number from $3 to $4"
  [[ "$2" =~ ^[1-9][0-9]{0,8}$ ]] || refuse "$1=$2" "$what" "set such a number, or unset it"
  [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || refuse "$1=$2" "$what" "set such a number, or unset it"
}

# Whether something listens on the port.
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

stop() {
  if [ -n "$node" ] && kill -0 "$node" 2>/dev/null; then
    kill -TERM "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
  fi
  node=
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The long form, or the short one.
pick() { if [ -n "$short" ]; then printf '%s' "$2"; else printf '%s' "$1"; fi; }

# A figure with its limit: NAME VALUE OPERATOR LIMIT UNIT
judge() {
  local verdict shown=-
  if [ -z "$2" ]; then
    verdict='NOT MEASURED'
  elif awk -v v="$2" -v l="$4" "BEGIN { exit !(v $3 l) }"; then
    verdict='met'
  else
    verdict='NOT MET'
  fi
  [ "$verdict" = met ] || missed=1
  [ -z "$2" ] || shown=$(awk -v v="$2" 'BEGIN { printf (v == int(v)) ? "%d" : "%.1f", v }')
  printf '%-52s %10s %-4s limit %s %s   %s\n' "$1" "$shown" "$5" "$3" "$4" "$verdict"
}

# A number of the top level of a report.
field() { sed -nE "s/^  \"$1\": (-?[0-9.]+),?\$/\1/p" "$2" | head -n 1; }
# A number of an object of the top level: OBJECT FIELD FILE
inner() { sed -nE "/^  \"$1\": \{/,/^  \}/s/^    \"$2\": (-?[0-9.]+),?\$/\1/p" "$3" | head -n 1; }
calc() { awk "BEGIN { printf \"%.1f\", $1 }" 2>/dev/null || true; }

# Whether the node that answers is ours: it names its data directory, which no other has.
ours() { curl -s --max-time 5 "http://$api/config" | grep -qF "$work/state"; }

ready() {
  local tries=0
  until [ "$(curl -s --max-time 5 -o /dev/null -w '%{http_code}' "http://$api/ready" || true)" = 200 ] && ours; do
    tries=$((tries + 1))
    if [ "$tries" -gt 6000 ] || ! kill -0 "$node" 2>/dev/null; then
      echo "the node did not get ready, or another one answers at $api; its log is in $work" >&2
      tail -n 3 "$work/node.log" >&2 || true
      exit 1
    fi
    sleep 0.01
  done
}

start() {
  ! taken || refuse "something listens on port $port" "a free port" "end it, or set PROOF_PORT"
  "$rydra" --quiet --offline-head-seed 0001 --hydra-signing-key "$work/hydra-1.sk" \
    --ledger-protocol-parameters "$work/protocol-parameters.json" --initial-utxo "$work/utxo.json" \
    --persistence-dir "$work/state" --api-host 127.0.0.1 --api-port "$port" \
    >>"$work/node.log" 2>&1 </dev/null &
  node=$!
  ready
}

# A fresh node: NAME CLIENTS OUTPUTS
fresh() {
  stop
  mkdir -p "$dir"
  work=$(mktemp -d "$dir/$1-XXXX")
  "$rydra" bench generate --shape constant --transactions 1 --clients "$2" --alive "$3" --seed 1 \
    --out "$work/set.json"
  "$rydra" bench prepare "$work/set.json" --out "$work" >/dev/null
  start
}

# A soak of the node: NAME ARGUMENTS
soak() {
  local name=$1
  shift
  printf '  rydra bench soak %s\n' "$*"
  "$rydra" bench soak --node "$api" --pid "$node" --persistence-dir "$work/state" --json \
    --report "$work/$name" "$@" >"$work/$name.json" || {
    missed=1
    echo "the soak $name lost something or failed" >&2
  }
  report="$work/$name.json"
}

million() {
  local count from
  count=$(pick 1000000 20000)
  from=$(pick 100000 5000)
  fresh million 4 40
  soak million --transactions "$count" --rate "$rate" --clients 4 --history-readers 1 \
    --history-every "$(pick 1m 3s)" --slope "$from..$count"
  judge "payments confirmed" "$(field confirmed "$report")" '>=' "$count" ''
  judge "payments a second" "$(field per_second "$report")" '>=' 2000 '/s'
  judge "peak RSS, history stream included" "$(calc "$(field peak_kib "$report")/1024")" '<=' 48 'MiB'
  judge "RSS grown between $from and $count" "$(calc "$(field growth_kib "$report")/1024")" '<' 2 'MiB'
  stop
  local before after
  before=$(date +%s%N)
  start
  after=$(date +%s%N)
  judge "start after that run" "$(calc "($after-$before)/1000000")" '<' 1000 'ms'
}

outputs() {
  fresh outputs 4 4000
  soak outputs --transactions "$(pick 200000 4000)" --rate "$rate" --clients 4
  judge "peak RSS with 4,000 outputs" "$(calc "$(field peak_kib "$report")/1024")" '<' 96 'MiB'
}

idle() {
  fresh idle 1 10
  soak idle --rate 0 --clients 1 --idle 1000 --baseline 10s --duration "$(pick 60s 5s)"
  judge "RSS per idle subscriber" "$(field memory_per_guest_kib "$report")" '<=' 24 'KiB'
}

fan_out() {
  fresh fan-out 1 200
  report="$work/fan-out.json"
  "$rydra" bench fan-out --node "$api" --pid "$node" --subscribers 1000 --payments 100 \
    --duration "$(pick 60s 5s)" --json >"$report" || missed=1
  judge "payments of a snapshot, mean" "$(field payments_per_snapshot "$report")" '>=' 95 ''
  judge "snapshots a second to 1,000 subscribers" "$(field snapshots_per_second "$report")" '>=' 20 '/s'
}

stalled() {
  local times=(--baseline "$(pick 2m 5s)" --duration "$(pick 5m 20s)")
  fresh stalled 4 40
  soak small --rate "$rate" --clients 4 --stalled 100 "${times[@]}"
  judge "RSS per stalled client, 80 kB and less" "$(field peak_per_guest_kib "$report")" '<=' 256 'KiB'
  fresh stalled-large 4 1000
  soak large --rate "$rate" --clients 4 --stalled 100 --snapshot-utxo "${times[@]}"
  judge "RSS per stalled client, sets of 1,000 outputs" "$(field peak_per_guest_kib "$report")" '<=' 256 'KiB'
}

never_reads() {
  fresh never-reads 4 40
  soak never-reads --rate "$full" --clients 4 --stalled 1 --baseline "$(pick 10m 5s)" --duration "$(pick 10m 20s)"
  local before with
  before=$(inner latency_before p99_ms "$report")
  with=$(inner latency p99_ms "$report")
  printf '  p99 %s ms without, %s ms with the client that never reads\n' "$before" "$with"
  judge "p99 of the others, difference" "$(calc "($with/$before-1)*100")" '<=' 5 '%'
}

trickle() {
  fresh trickle 4 40
  soak past --transactions "$(pick 200000 4000)" --rate "$(pick 5000 2000)" --clients 4
  soak trickle --rate "$(pick "$rate" 500)" --clients 4 --trickle 100 --baseline "$(pick 1m 5s)" \
    --duration "$(pick 5m 20s)"
  judge "RSS for 100 slow readers of the history" "$(calc "$(field peak_per_guest_kib "$report")*100/1024")" '<=' 64 'MiB'
}

all=(million outputs idle fan-out stalled never-reads trickle)
names=()
for name in "$@"; do
  case "$name" in
  million | outputs | idle | fan-out | stalled | never-reads | trickle) names+=("$name") ;;
  all) names+=("${all[@]}") ;;
  -h | --help)
    help
    exit 0
    ;;
  *) refuse "\"$name\"" "some of ${all[*]}, or all" "take these names" ;;
  esac
done
if [ "${#names[@]}" -eq 0 ]; then
  help >&2
  exit 2
fi
check PROOF_PORT "$port" 1 65535
check PROOF_RATE "$rate" 1 100000
check PROOF_FULL_RATE "$full" 1 100000
! taken || refuse "something listens on port $port" "a free port" "end it, or set PROOF_PORT"
# Each connection is a descriptor here, and two in the node.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
rydra=${RYDRA:-}
if [ -z "$rydra" ]; then
  cargo build --release --locked --bin rydra
  rydra=${CARGO_TARGET_DIR:-target}/release/rydra
fi
for name in "${names[@]}"; do
  printf '\n== %s\n' "$name"
  "${name//-/_}"
done
exit "$missed"
