#!/usr/bin/env bash
# Scans every event of a directory, several servers at the same time on one broker, each with clients of its own:
#
#   many-events.sh EVENTS_DIR OUTPUT_DIR SERVERS CLIENTS_PER_SERVER SERVER_ARGUMENTS...
#   many-events.sh events results 4 2 --reco-algo pandel_mpe --nsides 8:0 64:12 512:24 --real-event
#
# Every event gets OUTPUT_DIR/NAME with its results, startup.json, server.log and client-N.log. CLIENTS_PER_SERVER clients
# run on this machine, with the arguments in CLIENT_ARGUMENTS (default: --workers 1); with 0 start them elsewhere, for
# example by "skymap-scanner client-starter --client-startup-json OUTPUT_DIR/NAME/startup.json". Events that are scanned
# already are left out, and ones that were stopped go on: start it again.
#
# Needs bash 5.1. SKYMAP_SCANNER: the command (skymap-scanner). Exit codes: 0 all events are scanned, 1 some failed, 2 wrong usage.
set -euo pipefail

if (($# < 5)); then
  echo "Usage: many-events.sh EVENTS_DIR OUTPUT_DIR SERVERS CLIENTS_PER_SERVER SERVER_ARGUMENTS..." >&2
  exit 2
fi
events=$1
output=$2
servers=$3
clients=$4
shift 4
[[ -d $events ]] || {
  echo "error: The directory $events does not exist." >&2
  exit 2
}
[[ $servers =~ ^[1-9][0-9]*$ && $clients =~ ^[0-9]+$ ]] || {
  echo "error: SERVERS and CLIENTS_PER_SERVER are whole numbers, SERVERS at least 1." >&2
  exit 2
}
scanner=${SKYMAP_SCANNER:-skymap-scanner}
read -r -a client_arguments <<<"${CLIENT_ARGUMENTS:---workers 1}"

# One event. Its clients wait for the start-up file, and end with the scan.
scan() {
  local event=$1 place=$2 server number startup
  local running=()
  shift 2
  mkdir -p -- "$place"
  startup=$place/startup.json
  # Clients must not take that of a scan that is over.
  rm -f -- "$startup"
  "$scanner" server --event-file "$event" --client-startup-json "$startup" --cache-dir "$place/cache" \
    --output-dir "$place" "$@" >"$place/summary.txt" 2>"$place/server.log" &
  server=$!
  # shellcheck disable=SC2064 # the numbers as they are now
  trap "kill -TERM $server 2>/dev/null || true" TERM INT
  while [[ ! -e $startup ]] && kill -0 "$server" 2>/dev/null; do sleep 0.2; done
  for ((number = 1; number <= clients; number++)); do
    "$scanner" client --client-startup-json "$startup" "${client_arguments[@]}" >"$place/client-$number.log" 2>&1 &
    running+=($!)
  done
  local status=0
  wait "$server" || status=$?
  # A signal ends the first wait; the server then still puts its journal in order.
  while kill -0 "$server" 2>/dev/null; do wait "$server" || status=$?; done
  # They end by themselves, but for one that came too late to hear of it.
  ((${#running[@]} == 0)) || kill -TERM "${running[@]}" 2>/dev/null || true
  wait
  if ((status == 0)); then touch -- "$place/done"; else rm -f -- "$place/summary.txt"; fi
  return "$status"
}

failed=0
declare -A scans=()
# shellcheck disable=SC2317 # a trap calls it
stop() {
  echo "Stopping: the same command goes on." >&2
  ((${#scans[@]} == 0)) || kill -TERM "${!scans[@]}" 2>/dev/null || true
  wait
  exit 130
}
trap stop TERM INT

# Waits for one scan and tells how it ended.
collect() {
  local ended status=0
  wait -n -p ended "${!scans[@]}" || status=$?
  if ((status == 0)); then
    echo "${scans[$ended]}: done"
  else
    echo "${scans[$ended]}: failed (exit code $status); see $output/${scans[$ended]}/server.log" >&2
    failed=1
  fi
  unset "scans[$ended]"
}

for event in "$events"/*; do
  [[ -f $event ]] || continue
  name=$(basename -- "$event")
  if [[ -e $output/$name/done ]]; then
    echo "$name: done already"
    continue
  fi
  while ((${#scans[@]} >= servers)); do collect; done
  scan "$event" "$output/$name" "$@" &
  scans[$!]=$name
done
while ((${#scans[@]} > 0)); do collect; done
exit "$failed"
