#!/usr/bin/env bash
# The server in a Docker container: launch_server.sh and the arguments of "skymap-scanner server".
#
#   export SKYSCAN_BROKER_ADDRESS=scanner@broker.example.org/skymap SKYSCAN_BROKER_AUTH=...
#   launch_server.sh --event-file alert.json --reco-algo splinempe --nsides 8:0 64:12 512:24 --real-event \
#     --client-startup-json startup.json --cache-dir cache --output-dir results
#
# SKYSCAN_DOCKER_IMAGE (skymap-scanner), SKYSCAN_DOCKER_IMAGE_TAG (the version): the image.
# SKYSCAN_DOCKER_PULL_ALWAYS: 0 takes the image as it is here, 1 pulls it; by default it is pulled where its name says
# from where (a slash).
# SKYSCAN_DOCKER_ARGS: further words for docker run, like --volume=/cvmfs:/cvmfs:ro,shared for IceCube's tables.
exec "$(dirname -- "${BASH_SOURCE[0]}")/launch_container.sh" server "$@"
