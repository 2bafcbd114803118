package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/spf13/cobra"
)

// mockFlags are those of the word mock.
type mockFlags struct {
	protos        []string
	importPaths   []string
	descriptorSet string
	answers       string
	certFile      string
	keyFile       string
}

func mockCommand(c *common) *cobra.Command {
	f := &mockFlags{}
	cmd := &cobra.Command{
		Use:   "mock ADDRESS",
		Short: "serve a schema whose calls are answered from a file",
		Long: `Serves the services of a schema at ADDRESS (host:port, :port or unix:///path; port 0 is
one that is free). Each call is answered from the file of answers, which is read again
when it has changed: an object of pkg.Service/Method to an answer.

  {"greeter.Greeter/SayHello": {"message": "Hello, {{request.name}}!"},
   "greeter.Greeter/Watch":    [{"message": "one"}, {"$delayMs": 500, "$message": {"message": "two"}}],
   "greeter.Greeter/Drop":     {"$error": {"code": "NOT_FOUND", "message": "no {{request.name}}"}}}

An answer is a message, a list of them, or an object with $message or $error, $delayMs,
$headers and $trailers. {{request.field}} is taken from the request, or from the last one
of a stream; a text that is only that becomes the value itself. Without an answer, a
method's template is the answer.`,
		Example: `  grpcline mock localhost:50051 --proto greeter.proto --answers answers.json
  grpcline mock :0 --proto protos/`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.protos, "proto", nil, "the schema: a .proto `FILE`, folder or URL; may be repeated")
	flags.StringArrayVar(&f.importPaths, "import-path", nil, "look for protos and their imports in `FOLDER`; may be repeated")
	flags.StringVar(&f.descriptorSet, "descriptor-set", "", "the schema: `FILE` is a FileDescriptorSet, as protoc -o writes it")
	flags.StringVar(&f.answers, "answers", "", "the `FILE` of answers")
	flags.StringVar(&f.certFile, "cert", "", "encrypt, with the server's certificate in `FILE` (PEM)")
	flags.StringVar(&f.keyFile, "key", "", "its key, a `FILE` (PEM)")
	complete(cmd, "import-path", onlyFolders)
	cmd.Args = exactly(cmd, 1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, cancel := interruptible(cmd.Context())
		defer cancel(nil)
		return c.mock(ctx, f, args[0])
	}
	return cmd
}

// startParams are those of startServer.
type startParams struct {
	Address       string        `json:"address"`
	Proto         any           `json:"proto,omitempty"`
	ImportPaths   []string      `json:"importPaths,omitempty"`
	DescriptorSet *schemaSource `json:"descriptorSet,omitempty"`
	TLS           *startTLS     `json:"tls,omitempty"`
}

type startTLS struct {
	CertFile string `json:"certFile,omitempty"`
	KeyFile  string `json:"keyFile,omitempty"`
}

func (f *mockFlags) params(address string) startParams {
	p := startParams{Address: address, ImportPaths: f.importPaths}
	p.Proto = schemaSources(f.protos)
	if f.descriptorSet != "" {
		p.DescriptorSet = &schemaSource{File: f.descriptorSet}
	}
	if f.certFile != "" || f.keyFile != "" {
		p.TLS = &startTLS{f.certFile, f.keyFile}
	}
	return p
}

// mock serves until ctx ends. It prints the address.
func (c *common) mock(ctx context.Context, f *mockFlags, address string) error {
	log, closeLog, err := c.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	env, stopDemo := c.env(c.demo)
	defer stopDemo()
	options := defaultOptions()
	options.Log = log
	m := &mocking{worker: startWorker(env, options), answers: newAnswers(f.answers)}
	defer m.close()
	if err := m.answers.read(); err != nil {
		return err
	}
	params := f.params(address)
	var started struct {
		ServerID string `json:"serverId"`
		Address  string `json:"address"`
	}
	if err := m.request(ctx, "startServer", params, &started); err != nil {
		return err
	}
	// The schema once more, to look methods up; nobody connects to the address.
	params.Address, params.TLS = "passthrough:///mock", nil
	if err := m.request(ctx, "openConnection", struct {
		startParams
		Lazy bool `json:"lazy"`
	}{params, true}, nil); err != nil {
		return err
	}
	for method := range m.answers.byMethod {
		if _, err := m.template(ctx, method); err != nil {
			return fmt.Errorf("%s: %q: %w", f.answers, method, told(err))
		}
	}
	if err := printLines([]string{started.Address}); err != nil {
		return err
	}
	var calls sync.WaitGroup
	defer calls.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for {
		call := &mockCall{mocking: m}
		if err := m.request(ctx, "acceptCall", struct {
			Server string `json:"server"`
		}{started.ServerID}, call); errors.Is(err, errInterrupted) {
			return nil
		} else if err != nil {
			return err
		}
		calls.Go(func() {
			if err := call.answer(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintf(os.Stderr, "grpcline: %s/%s: %v\n", call.Service, call.Method, told(err))
			}
		})
	}
}

// mocking is a server that is answered from a file.
type mocking struct {
	*worker
	answers *answers
}

// template is the answer of a method that has none in the file.
func (m *mocking) template(ctx context.Context, method string) (json.RawMessage, error) {
	var detail struct {
		ResponseTemplate json.RawMessage `json:"responseTemplate"`
	}
	err := m.request(ctx, "getMethod", struct {
		Connection string `json:"connection"`
		Method     string `json:"method"`
	}{"c1", method}, &detail)
	return detail.ResponseTemplate, err
}

// mockCall is a call as acceptCall gives it.
type mockCall struct {
	*mocking `json:"-"`
	StreamID string          `json:"streamId"`
	Service  string          `json:"service"`
	Method   string          `json:"method"`
	Kind     string          `json:"kind"`
	Message  json.RawMessage `json:"message"`
}

// answer takes the requests and answers them: each one of a bidirectional stream,
// else all at once.
func (c *mockCall) answer(ctx context.Context) error {
	steps, err := c.answers.of(c.Service + "/" + c.Method)
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpcline:", err) // and the answers of before are used
	}
	if steps == nil {
		template, err := c.template(ctx, c.Service+"/"+c.Method)
		if err != nil {
			return err
		}
		steps = []step{{Message: template}}
	}
	end := finishing{StreamID: c.StreamID}
	last := c.Message
	for c.Kind == "clientStream" || c.Kind == "bidiStream" {
		request, err := c.next(ctx)
		if err != nil {
			return err
		}
		if request == nil {
			break
		}
		if last = request; c.Kind == "bidiStream" {
			if ended, err := c.play(ctx, steps, last, &end); err != nil || ended {
				return errors.Join(err, c.finish(ctx, end))
			}
		}
	}
	if c.Kind != "bidiStream" {
		if _, err := c.play(ctx, steps, last, &end); err != nil {
			return errors.Join(err, c.finish(ctx, end))
		}
	}
	return c.finish(ctx, end)
}

// next takes a request; it is nil at the half-close.
func (c *mockCall) next(ctx context.Context) (json.RawMessage, error) {
	var got struct {
		Message json.RawMessage `json:"message"`
	}
	err := c.request(ctx, "getMessage", struct {
		StreamID  string `json:"streamId"`
		TimeoutMs int    `json:"timeoutMs"`
	}{c.StreamID, 0}, &got)
	return got.Message, err
}

// finishing are the params of finishCall.
type finishing struct {
	StreamID string          `json:"streamId"`
	Message  json.RawMessage `json:"message,omitempty"`
	Status   json.RawMessage `json:"status,omitempty"`
	Trailers json.RawMessage `json:"trailers,omitempty"`
}

func (c *mockCall) finish(ctx context.Context, end finishing) error {
	err := c.request(ctx, "finishCall", end, nil)
	var wrong *jsonrpc2.Error
	if errors.As(err, &wrong) && wrong.Code == jsonrpc2.CodeInvalidParams { // the file is at fault, and the client is to know
		status, _ := json.Marshal(map[string]string{"code": "INTERNAL", "message": "the mock's answer: " + wrong.Message})
		return errors.Join(told(err), c.request(ctx, "finishCall", finishing{StreamID: c.StreamID, Status: status}, nil))
	}
	return err
}

// play does the steps of an answer to a request. ended tells that one of them ends the
// call; what is left to be said is then in end.
func (c *mockCall) play(ctx context.Context, steps []step, request json.RawMessage, end *finishing) (ended bool, err error) {
	for _, s := range steps {
		filled, err := s.filled(request)
		if err != nil {
			return true, err
		}
		if err := pause(ctx, time.Duration(filled.DelayMs)*time.Millisecond); err != nil {
			return true, err
		}
		if filled.Headers != nil {
			if err := c.request(ctx, "sendHeaders", struct {
				StreamID string          `json:"streamId"`
				Metadata json.RawMessage `json:"metadata"`
			}{c.StreamID, filled.Headers}, nil); err != nil {
				return true, told(err)
			}
		}
		if filled.Trailers != nil {
			end.Trailers = filled.Trailers
		}
		switch {
		case filled.Error != nil:
			end.Message, end.Status = nil, filled.Error
			return true, nil
		case filled.Message == nil:
		case c.Kind == "unary" || c.Kind == "clientStream":
			end.Message = filled.Message
		default:
			if err := c.request(ctx, "sendMessage", struct {
				StreamID string          `json:"streamId"`
				Message  json.RawMessage `json:"message"`
			}{c.StreamID, filled.Message}, nil); err != nil {
				return true, told(err)
			}
		}
	}
	return false, nil
}

// told is an error without the code that goes with an answer of the worker.
func told(err error) error {
	if answer := new(jsonrpc2.Error); errors.As(err, &answer) {
		return errors.New(answer.Message)
	}
	return err
}

// pause waits for d, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
