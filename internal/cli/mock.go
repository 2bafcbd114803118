package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

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
