// Command bench measures grpcline side by side with what it is compared to:
// grpc-go with generated code, a bare pipe, protojson, grpcurl and Node.
//
// Processes. The bench process is the client and the host; the server, the
// worker, the bare pipe's child, the relay and Node are children of it. The server lives as
// long as the bench, a contender's process as long as its row is measured, and
// each of them ends when its standard input does, so none outlives the bench.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/grpcline/grpcline/grpcops"
)

// role is what a child that runs this program does; it is its first argument.
type role string

const (
	serverRole role = "role:server"
	echoRole   role = "role:echo"
	relayRole  role = "role:relay"
)

func main() {
	if isRole, err := play(os.Args[1:]); isRole {
		exit(err)
	}
	o, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, errUsage) {
		return
	}
	if err == nil {
		err = run(o, os.Stdout, os.Stderr)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play does what a role says, where the arguments are one.
func play(args []string) (isRole bool, err error) {
	if len(args) == 0 {
		return false, nil
	}
	switch role(args[0]) {
	case serverRole:
		return true, serve()
	case echoRole:
		return true, echo(os.Stdin, os.Stdout)
	case relayRole:
		return true, runRelay(args[1:])
	}
	return false, nil
}

// run measures and prints; progress says what is going on.
func run(o *options, out, progress io.Writer) error {
	rows, err := selectRows(allRows(o), o.rows)
	if err != nil {
		return err
	}
	grpcops.Quiet()
	b, err := newBed(o)
	if err != nil {
		return err
	}
	report := newReport(o)
	failed := report.measure(b, rows, progress)
	if err := errors.Join(failed, b.close()); err != nil {
		failed = err
	}
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		_, err = io.WriteString(out, report.table())
	}
	return errors.Join(failed, err)
}
