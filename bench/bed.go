package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	module         = "github.com/grpcline/grpcline"
	profiledWorker = module + "/bench/profiled"
)

// bed is what all contenders share: the server's process and the programs. It
// owns them; contenders own what they start.
type bed struct {
	options *options
	folder  string // of what is built
	source  string // of this package
	self    string // this program, whose roles are the server and the bare pipe
	worker  string // the worker, or the one that writes profiles
	server  *exec.Cmd
	alive   io.Closer // the server ends when it is closed
	address string    // of the server
}

// newBed builds the worker and starts the server.
func newBed(o *options) (*bed, error) {
	b := &bed{options: o}
	if err := b.prepare(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bed) prepare() error {
	var err error
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.folder, err = os.MkdirTemp("", "grpcline-bench-"); err != nil {
		return err
	}
	root, err := output("go", "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return err
	}
	b.source = filepath.Join(root, "bench")
	b.worker = filepath.Join(b.folder, "grpcline.exe")
	from := module
	if b.options.profile != "" {
		from = profiledWorker
		if err := os.MkdirAll(b.options.profile, 0o755); err != nil {
			return err
		}
	}
	if _, err := output("go", "build", "-o", b.worker, from); err != nil {
		return err
	}
	return b.startServer()
}

// startServer starts the server's process and learns its address.
func (b *bed) startServer() error {
	cmd := exec.Command(b.self, string(serverRole))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.server, b.alive = cmd, in
	address, err := bufio.NewReader(out).ReadString('\n')
	b.address = strings.TrimSpace(address)
	return err
}

// close ends the server and removes what was built.
func (b *bed) close() error {
	var err error
	if b.server != nil {
		err = errors.Join(b.alive.Close(), b.server.Wait())
	}
	if b.folder != "" {
		err = errors.Join(err, os.RemoveAll(b.folder))
	}
	return err
}

// workerCommand is how the worker is started for a row; by says whose child it
// is.
func (b *bed) workerCommand(row, by string) []string {
	if b.options.profile == "" {
		return []string{b.worker}
	}
	return []string{b.worker, filepath.Join(b.options.profile, row+by)}
}

// startWorker starts a worker that this process drives.
func (b *bed) startWorker(row string) (*host, error) {
	command := b.workerCommand(row, "")
	return startHost(exec.Command(command[0], command[1:]...))
}

// connectedWorker starts a worker and opens its connection.
func (b *bed) connectedWorker(row string) (*host, error) {
	h, err := b.startWorker(row)
	if err != nil {
		return nil, err
	}
	if err := h.open(b.address); err != nil {
		return nil, errors.Join(err, h.stop())
	}
	return h, nil
}

// output runs a program and returns its output's text.
func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, failed.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
