#!/bin/sh
# Builds the extension and runs its tests against the worker in $GRPCLINE. VS Code
# itself is not needed: test/fake stands for it.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
npm --prefix ../node ci --silent --no-audit --no-fund
npm ci --silent --no-audit --no-fund
npm test --silent
echo "The extension ran with a stand-in for the vscode API; VS Code itself was not run."
