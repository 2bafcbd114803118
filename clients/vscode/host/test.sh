#!/bin/sh
# Runs the built extension in VS Code's own server and workbench (npm's code-server,
# which needs no compiler so) in a headless browser (Debian's chromium).
set -eu
cd "$(dirname "$0")"
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
  echo "skipped: the extension in VS Code itself, for want of a browser (apt-get install chromium)"
  exit 0
fi
npm ci --ignore-scripts --silent --no-audit --no-fund
npm install --prefix node_modules/code-server/lib/vscode --ignore-scripts --omit=dev --silent --no-audit --no-fund
npm test --silent
