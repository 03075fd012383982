#!/usr/bin/env bash
# Runs a command of the scanner in a Docker container. launch_server.sh and launch_client.sh call it; see there.
#
#   launch_container.sh server|client ARGUMENTS
#
# Paths among the arguments are mounted into the container and replaced by what they are called there; everything else
# goes through as it is, blanks and quotes too. The SKYSCAN_ and EWMS_ variables that are set go through by name, so that
# no password is on the command line. The container runs as whoever starts it, and ends with this script.
set -euo pipefail

command=$1
shift
version=0.1.0
image=${SKYSCAN_DOCKER_IMAGE:-skymap-scanner}:${SKYSCAN_DOCKER_IMAGE_TAG:-$version}

mounts=()
arguments=()

fail() {
  echo "error: $1" >&2
  exit 2
}

# mount PATH TARGET [readonly]: a field of docker's --mount may hold anything if it is quoted.
mount() {
  local source=${1//\"/\"\"}
  mounts+=(--mount "type=bind,\"source=$source\",target=$2${3:+,$3}")
}

# directory OPTION PATH TARGET [readonly]: makes it, unless it is only read.
directory() {
  if [[ -n ${4-} ]]; then
    [[ -d $2 ]] || fail "The directory $2 ($1) does not exist."
  else
    mkdir -p -- "$2"
  fi
  mount "$(cd -- "$2" && pwd -P)" "$3" "${4-}"
  arguments+=("$1" "$3")
}

# file OPTION PATH TARGET [readonly]: the directory that it is in. Only a file that is read must be there.
file() {
  local folder
  folder=$(dirname -- "$2")
  if [[ -n ${4-} ]]; then
    [[ -f $2 ]] || fail "The file $2 ($1) does not exist."
  else
    mkdir -p -- "$folder"
  fi
  mount "$(cd -- "$folder" && pwd -P)" "$3" "${4-}"
  arguments+=("$1" "$3/$(basename -- "$2")")
}

while (($# > 0)); do
  option=$1
  shift
  case $option in
    --event-file=* | --cache-dir=* | --output-dir=* | --gcd-dir=* | --client-startup-json=* | --debug-directory=* | --reco-module=* | --photon-tables=*)
      set -- "${option#*=}" "$@"
      option=${option%%=*}
      ;;
    --event-file | -e | --cache-dir | -c | --output-dir | -o | --gcd-dir | -g | --client-startup-json | --debug-directory | --reco-module | --photon-tables)
      (($# > 0)) || fail "$option needs a value."
      ;;
    *)
      arguments+=("$option")
      continue
      ;;
  esac
  value=$1
  shift
  case $option in
    --event-file | -e) file "$option" "$value" /local/event readonly ;;
    --cache-dir | -c) directory "$option" "$value" /local/cache ;;
    --output-dir | -o) directory "$option" "$value" /local/output ;;
    --debug-directory) directory "$option" "$value" /local/debug ;;
    --reco-module) file "$option" "$value" /local/reco readonly ;;
    --photon-tables)
      if [[ -d $value ]]; then
        directory "$option" "$value" /local/tables readonly
      else
        file "$option" "$value" /local/tables readonly
      fi
      ;;
    --gcd-dir | -g)
      # What a client needs of it is in the start-up file; upstream's scripts give it to clients nevertheless.
      [[ $command == client ]] || directory "$option" "$value" /local/gcd readonly
      ;;
    --client-startup-json)
      if [[ $command == client ]]; then
        file "$option" "$value" /local/startup readonly
      else
        file "$option" "$value" /local/startup
      fi
      ;;
  esac
done

variables=()
while IFS= read -r name; do
  if [[ $name =~ ^_?(SKYSCAN|EWMS)_ && ! $name =~ ^SKYSCAN_DOCKER_ ]]; then variables+=(--env "$name"); fi
done < <(compgen -e)
if [[ -n ${SKYSCAN_EWMS_JSON-} ]]; then
  [[ -f $SKYSCAN_EWMS_JSON ]] || fail "The file $SKYSCAN_EWMS_JSON (SKYSCAN_EWMS_JSON) does not exist."
  folder=$(cd -- "$(dirname -- "$SKYSCAN_EWMS_JSON")" && pwd -P)
  mount "$folder" /local/ewms readonly
  SKYSCAN_EWMS_JSON=/local/ewms/$(basename -- "$SKYSCAN_EWMS_JSON")
  export SKYSCAN_EWMS_JSON
fi

# An image without a slash in its name is of this machine: there is nowhere to pull it from.
pull=()
pulls=${SKYSCAN_DOCKER_PULL_ALWAYS-}
if [[ -z $pulls && $image == */* ]]; then pulls=1; fi
if [[ -n $pulls && $pulls != 0 ]]; then pull=(--pull always); fi

read -r -a further <<<"${SKYSCAN_DOCKER_ARGS-}"

# HOME: the user of this machine has none in the image.
exec docker run --rm --init --network host --user "$(id -u):$(id -g)" --env HOME=/tmp \
  ${further[@]+"${further[@]}"} ${pull[@]+"${pull[@]}"} ${variables[@]+"${variables[@]}"} ${mounts[@]+"${mounts[@]}"} \
  "$image" skymap-scanner "$command" ${arguments[@]+"${arguments[@]}"}
