package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/rpc"
)

// answer is the worker's answer to a call.
type answer struct {
	ID     json.RawMessage `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int64           `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// call runs one method on a worker of its own and prints its result.
func call(ctx context.Context, env *grpcops.Env, f *flags) int {
	params, err := readParams(f.args[1:])
	if err != nil {
		return failed(err)
	}
	request, err := json.Marshal(struct {
		ID     int             `json:"id"`
		Method string          `json:"method"`
		Params json.RawMessage `json:"params,omitempty"`
	}{1, f.args[0], params})
	var wrong *json.MarshalerError
	if errors.As(err, &wrong) {
		return failed(fmt.Errorf("PARAMS are not JSON: %w", wrong.Err))
	}
	if err != nil {
		return failed(err)
	}
	f.options.Framing = rpc.FramingLines
	f.options.DrainTimeout = math.MaxInt64 // its input is at its end at once; only the call's own bound counts
	var out bytes.Buffer
	if err := rpc.New(bytes.NewReader(request), &out, env, f.options).Serve(ctx); err != nil {
		return failed(err)
	}
	for line := range bytes.Lines(out.Bytes()) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return failed(err)
		}
		if a.ID != nil {
			return show(&a)
		}
	}
	return failed(errors.New("the worker did not answer"))
}

// readParams reads PARAMS, @FILE or -.
func readParams(args []string) (json.RawMessage, error) {
	if len(args) == 0 {
		return nil, nil
	}
	text := []byte(args[0])
	var err error
	switch name, file := strings.CutPrefix(args[0], "@"); {
	case file:
		text, err = os.ReadFile(name)
	case args[0] == "-":
		text, err = io.ReadAll(os.Stdin)
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF")), err
}

// show prints a result on standard output, indented for a person, or an error on
// standard error.
func show(a *answer) int {
	if a.Error == nil {
		text := a.Result
		if term.IsTerminal(int(os.Stdout.Fd())) {
			text = indented(text)
		}
		_, err := fmt.Fprintf(os.Stdout, "%s\n", text)
		return failed(err)
	}
	fmt.Fprintf(os.Stderr, "grpcline: error %d: %s\n", a.Error.Code, a.Error.Message)
	if a.Error.Data != nil {
		fmt.Fprintf(os.Stderr, "%s\n", indented(a.Error.Data))
	}
	return exitFailed
}

func indented(text json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text
	}
	return b.Bytes()
}
