#!/usr/bin/env bash
# A server and N clients on this machine, through the broker of SKYSCAN_BROKER_ADDRESS:
#
#   local-scan.sh N_CLIENTS OUTPUT_DIR SERVER_ARGUMENTS...
#   local-scan.sh 4 results --event-file alert.json --reco-algo pandel_mpe --nsides 8:0 64:12 512:24 --real-event
#
# Without a broker "skymap-scanner scan" does the same. SKYMAP_SCANNER: the command (skymap-scanner). Exit code: the
# server's; 2 wrong usage.
set -euo pipefail

if (($# < 3)); then
  echo "Usage: local-scan.sh N_CLIENTS OUTPUT_DIR SERVER_ARGUMENTS..." >&2
  exit 2
fi
clients=$1
output=$2
shift 2
[[ $clients =~ ^[1-9][0-9]*$ ]] || {
  echo "error: N_CLIENTS is \"$clients\", not a whole number above 0." >&2
  exit 2
}
scanner=${SKYMAP_SCANNER:-skymap-scanner}
mkdir -p -- "$output"
startup=$output/startup.json
rm -f -- "$startup"

"$scanner" server --client-startup-json "$startup" --cache-dir "$output/cache" --output-dir "$output" "$@" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT
while [[ ! -e $startup ]] && kill -0 "$server" 2>/dev/null; do sleep 0.2; done
running=()
if [[ -e $startup ]]; then
  for ((number = 1; number <= clients; number++)); do
    "$scanner" client --client-startup-json "$startup" --workers 1 >"$output/client-$number.log" 2>&1 &
    running+=($!)
  done
fi
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do wait "$server" || status=$?; done
# They end by themselves, but for one that came too late to hear of it.
((${#running[@]} == 0)) || kill -TERM "${running[@]}" 2>/dev/null || true
wait
exit "$status"
