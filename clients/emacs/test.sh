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

# The lines of README.md, each way of installing in an empty home.
lines() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" README.md | sed '/^```/d'; }
mkdir "$made/tar" "$made/lines" "$made/home"
lines sh | sed "s#/tmp#$made/tar#" >"$made/install.sh"
(cd ../.. && HOME="$made/lines" sh -eu "$made/install.sh" >"$made/install.log" 2>&1) || { cat "$made/install.log"; exit 1; }
HOME="$made/lines" emacs -Q --batch -f package-initialize -l test/mode.el
lines elisp | sed "s#~/src/grpcline/clients/emacs#$PWD#" >"$made/init.el"
HOME="$made/home" emacs -Q --batch -l "$made/init.el" -l test/mode.el

export HOME="$made/home"
emacs -Q --batch -l test/install.el "$made"/tar/grpcline-*.tar
emacs -Q --batch -f package-initialize -l test/mode.el

emacs -Q --batch -f package-initialize -L test -l ert -l grpcline-file-test.el \
  -l grpcline-edit-test.el -l grpcline-run-test.el -l grpcline-worker-test.el \
  -f ert-run-tests-batch-and-exit </dev/null
