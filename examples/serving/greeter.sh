#!/usr/bin/env bash
# A gRPC service in a shell: bash greeter.sh [ADDRESS]
# GRPCLINE is the worker's path, unless it is on the PATH.
set -euo pipefail
proto=$(cd "$(dirname "$0")" && pwd)/greeter.proto
coproc worker { exec "${GRPCLINE:-grpcline}"; }

# request writes a line and reads one: the answer, as there is no other request.
request() {
  printf '%s\n' "$1" >&"${worker[1]}"
  IFS= read -r answer <&"${worker[0]}"
}

# member gives a text of the answer as it stands there, between its quotes.
member() { sed -n 's/.*"'"$1"'":"\(\([^"\\]\|\\.\)*\)".*/\1/p' <<<"$answer"; }

request '{"id":1,"method":"startServer","params":{"address":"'"${1:-127.0.0.1:0}"'","proto":{"file":"'"$proto"'"}}}'
member address
while request '{"id":2,"method":"acceptCall","params":["v1"]}'; do
  request '{"id":3,"method":"finishCall","params":["'"$(member streamId)"'",{"greeting":"Hello, '"$(member name)"'!"}]}'
done
