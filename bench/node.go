package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// nodeWork is a line to node/driver.js: what to do and how often.
type nodeWork struct {
	Work     string `json:"work"` // echo, push, pull or send
	Size     int    `json:"size,omitempty"`
	Width    int    `json:"width,omitempty"` // calls in flight
	Messages int    `json:"messages,omitempty"`
	Times    int    `json:"times"`
}

// nodeAnswer is its answer.
type nodeAnswer struct {
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error"`
}

// nodeContender does work in a Node process of its own: as a gRPC client with
// @grpc/grpc-js, or as the host of a worker, which its package or as little as can
// be drives. units is as in timed.
func nodeContender(who column, units int, work nodeWork) contender {
	return contender{who, func(b *bed, row string) (*runner, error) {
		node, err := exec.LookPath("node")
		if err != nil {
			return nil, &absent{"node is not on the PATH"}
		}
		folder := filepath.Join(b.source, "node")
		if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
			return nil, &absent{`its packages are not there; run "npm ci --prefix bench/node"`}
		}
		if _, err := os.Stat(filepath.Join(b.source, "..", "clients", "node", "dist")); who == byPackage && err != nil {
			return nil, &absent{`it is not built; run "npm --prefix clients/node ci" and "npm --prefix clients/node run build"`}
		}
		args := []string{filepath.Join(folder, "driver.js"), string(who), b.address}
		if who == grpcJS {
			args = append(args, filepath.Join(b.source, "benchpb", "bench.proto"))
		} else {
			by := "-by-node"
			if who == byPackage {
				by = "-by-package"
			}
			args = append(args, b.workerCommand(row, by)...)
		}
		d, err := startNode(exec.Command(node, args...))
		if err != nil {
			return nil, err
		}
		return &runner{func(n int) (float64, error) {
			work := work
			work.Times = n
			took, err := d.do(work)
			return took / float64(units), err
		}, d.stop}, nil
	}}
}

// driver is a Node process that does work when told.
type driver struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startNode(cmd *exec.Cmd) (*driver, error) {
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &driver{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

// do returns how long Node says that the work took, in seconds.
func (d *driver) do(work nodeWork) (float64, error) {
	line, err := json.Marshal(work)
	if err != nil {
		return 0, err
	}
	if _, err := d.in.Write(append(line, '\n')); err != nil {
		return 0, err
	}
	line, err = d.out.ReadBytes('\n')
	if err != nil {
		return 0, fmt.Errorf("node ended: %w", err)
	}
	var answer nodeAnswer
	if err := json.Unmarshal(line, &answer); err != nil {
		return 0, err
	}
	if answer.Error != "" {
		return 0, errors.New(answer.Error)
	}
	return answer.Seconds, nil
}

// stop ends Node, and with it a worker of its.
func (d *driver) stop() error {
	return errors.Join(d.in.Close(), d.cmd.Wait())
}
