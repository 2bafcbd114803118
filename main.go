// Command grpcline lets any program with pipes speak gRPC: it reads JSON-RPC 2.0
// requests from its standard input, one a line, and writes the answers to its
// standard output. It is a command line for people, too. protocol.md describes what
// it understands.
package main

import (
	"os"

	"github.com/grpcline/grpcline/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:])) }
