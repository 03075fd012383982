#!/usr/bin/env bash
# A client in a Docker container: launch_client.sh and the arguments of "skymap-scanner client".
#
#   export SKYSCAN_BROKER_ADDRESS=scanner@broker.example.org/skymap SKYSCAN_BROKER_AUTH=...
#   launch_client.sh --client-startup-json startup.json --debug-directory debug
#
# SKYSCAN_DOCKER_IMAGE, _IMAGE_TAG, _PULL_ALWAYS and _ARGS as for launch_server.sh.
exec "$(dirname -- "${BASH_SOURCE[0]}")/launch_container.sh" client "$@"
