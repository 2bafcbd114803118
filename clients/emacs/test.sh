#!/bin/sh
# Compiles the package without warnings, and runs its tests in Emacs against the
# worker in $GRPCLINE.
set -eu
cd "$(dirname "$0")"
: "${GRPCLINE:?is to be the path of a grpcline worker}"
export GRPCLINE
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cp grpcline*.el "$made"
emacs -Q --batch -L . --eval '(setq byte-compile-error-on-warn t)' \
  --eval "(setq byte-compile-dest-file-function (lambda (it) (expand-file-name (concat (file-name-nondirectory it) \"c\") \"$made\")))" \
  -f batch-byte-compile grpcline*.el
emacs -Q --batch -L "$made" -L test -l ert -l grpcline-file-test.el -l grpcline-run-test.el \
  -f ert-run-tests-batch-and-exit </dev/null
