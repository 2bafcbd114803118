#!/bin/sh
# Builds the package and runs its tests against the worker in $GRPCLINE.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
npm ci --silent --no-audit --no-fund
npm test --silent
