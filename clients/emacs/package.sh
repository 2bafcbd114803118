#!/bin/sh
# Puts a package for M-x package-install-file into the folder given:
# grpcline-VERSION.tar.
set -eu
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")"
version=$(sed -n 's/^;; Version: //p' grpcline.el)
name=grpcline-$version
mkdir "$folder/$name"
cp grpcline*.el README.md "$folder/$name"
printf '(define-package "grpcline" "%s" "%s" %s)\n' "$version" \
  "Requests of gRPC from .grpc files" "'((emacs \"28.1\"))" >"$folder/$name/grpcline-pkg.el"
tar -c -f "$folder/$name.tar" -C "$folder" "$name"
rm -r "$folder/$name"
