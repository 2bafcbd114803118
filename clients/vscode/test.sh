#!/bin/sh
# Builds the extension and runs its tests against the worker in $GRPCLINE: with a
# stand-in for the vscode API (test/fake), then in VS Code itself (host) where there
# is a browser for its workbench.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
npm --prefix ../node ci --silent --no-audit --no-fund
npm ci --silent --no-audit --no-fund
npm test --silent
host/test.sh
