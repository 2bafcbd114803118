#!/bin/sh
# Runs the suite in headless Neovim against the worker in $GRPCLINE.
# ONLY=parse runs the files of that name alone.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
if command -v luacheck >/dev/null; then
  luacheck --quiet .
fi
exec nvim --headless --clean -n -c 'luafile test/run.lua' </dev/null
