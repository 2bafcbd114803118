package conformance

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/sourcegraph/jsonrpc2"
)

// object is JSON of messages whose types only the suite knows.
type object = map[string]any

// worker is a spawned worker.
type worker struct {
	conn *jsonrpc2.Conn
	in   io.Closer
	cmd  *exec.Cmd
}

// pipes are the worker's output and input as one.
type pipes struct {
	io.ReadCloser
	in io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }
func (p pipes) Close() error                { return errors.Join(p.in.Close(), p.ReadCloser.Close()) }

func spawn() (*worker, error) {
	cmd := exec.Command(os.Getenv(workerVariable))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	nothing := jsonrpc2.HandlerWithError(func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) (any, error) { return nil, nil })
	conn := jsonrpc2.NewConn(context.Background(), jsonrpc2.NewPlainObjectStream(pipes{out, in}), nothing)
	return &worker{conn, in, cmd}, nil
}

// call makes a request and returns its result, or a *jsonrpc2.Error.
func (w *worker) call(method string, params object, options ...jsonrpc2.CallOption) (object, error) {
	var result object
	err := w.conn.Call(context.Background(), method, params, &result, options...)
	return result, err
}

// stop ends the input and waits for the worker.
func (w *worker) stop() error {
	err := w.in.Close()
	<-w.conn.DisconnectNotify()
	return errors.Join(err, w.cmd.Wait())
}

// codeOf is the code of a request's error, 0 for none.
func codeOf(err error) int64 {
	var failed *jsonrpc2.Error
	if errors.As(err, &failed) {
		return failed.Code
	}
	return 0
}

// readDelimited reads one message of the runner: four bytes of length, big-endian,
// and the message. It returns io.EOF at the end.
func readDelimited(in io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint32(length[:]))
	_, err := io.ReadFull(in, message)
	return message, err
}

func writeDelimited(out io.Writer, message []byte) error {
	_, err := out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
	return err
}

// number reads a JSON number that may be a string, absent being 0.
func number(v any) float64 {
	var n float64
	switch v := v.(type) {
	case float64:
		n = v
	case string:
		_ = json.Unmarshal([]byte(v), &n)
	}
	return n
}

// pem is a field of bytes with a PEM text in it.
func pem(v any) string {
	decoded, err := base64.StdEncoding.DecodeString(text(v))
	if err != nil {
		panic(err)
	}
	return string(decoded)
}

// list, member and text read parts of an object, absent being empty.
func list(v any) []any      { items, _ := v.([]any); return items }
func member(v any) object   { o, _ := v.(object); return o }
func text(v any) string     { s, _ := v.(string); return s }
func boolean(v any) bool    { b, _ := v.(bool); return b }
func present(v object) bool { return v != nil }
