#!/bin/sh
# Compiles the package without warnings, checks its docstrings and what package archives
# ask of it, installs it into an empty home, and runs its tests in Emacs against the
# worker in $GRPCLINE.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

emacs -Q --batch -l test/lint.el grpcline*.el

./package.sh "$made"
export HOME="$made/home"
mkdir "$HOME"
emacs -Q --batch -l test/install.el "$made"/grpcline-*.tar

emacs -Q --batch -f package-initialize -L test -l ert -l grpcline-file-test.el \
  -l grpcline-edit-test.el -l grpcline-run-test.el -l grpcline-worker-test.el \
  -f ert-run-tests-batch-and-exit </dev/null
