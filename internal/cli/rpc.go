package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/spf13/cobra"
)

func rpcCommand(c *common) *cobra.Command {
	f := &outputFlags{}
	cmd := &cobra.Command{
		Use:   "rpc NAME [PARAMS | @FILE | -]",
		Short: "make one request of the protocol and print its result",
		Long: `Make one request of the protocol, which "grpcline methods" lists, and print its result,
or its error on standard error. PARAMS are JSON, those in FILE, or - for standard input.`,
		Example: `  grpcline rpc getVersion
  grpcline rpc getServiceList '[{"address":"localhost:50051"}]'`,
	}
	f.declare(cmd)
	cmd.Args = exactly(cmd, 1, 2)
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return c.methodNames(), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, cancel := interruptible(cmd.Context())
		defer cancel(nil)
		params, err := readParams(ctx, args[1:])
		if err != nil {
			return err
		}
		result, err := c.ask(ctx, args[0], params)
		if failure := new(jsonrpc2.Error); errors.As(err, &failure) {
			fmt.Fprintf(os.Stderr, "grpcline: error %d: %s\n", failure.Code, failure.Message)
			if failure.Data != nil {
				fmt.Fprintf(os.Stderr, "%s\n", indented(withoutRepeats(*failure.Data)))
			}
			return silent(exitFailed)
		}
		if err != nil {
			return err
		}
		return newPrinter(*f).print(result)
	}
	return cmd
}

// ask makes one request of a worker of its own.
func (c *common) ask(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	log, closeLog, err := c.openLog()
	if err != nil {
		return nil, err
	}
	defer closeLog()
	env, stopDemo := c.env(c.demo)
	defer stopDemo()
	options := defaultOptions()
	options.Log = log
	w := startWorker(env, options)
	defer w.close()
	var given any // nil leaves the params out
	if params != nil {
		given = params
	}
	var result json.RawMessage
	err = w.request(ctx, method, given, &result)
	return result, err
}

// readParams reads PARAMS, @FILE or -; nil if there are none.
func readParams(ctx context.Context, args []string) (json.RawMessage, error) {
	if len(args) == 0 {
		return nil, nil
	}
	in := &values{what: "PARAMS", args: args}
	params, err := in.onlyBefore(ctx)
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("there are no PARAMS in %s", args[0])
	case errors.Is(err, errTwoValues):
		return nil, fmt.Errorf("PARAMS: %w, and a method takes one", err)
	}
	return params, err
}

// methodNames are the names of the methods of the protocol; none on failure.
func (c *common) methodNames() []string {
	var document struct {
		Methods []struct {
			Name string `json:"name"`
		} `json:"methods"`
	}
	text, err := c.ask(context.Background(), "rpc.discover", nil)
	if err != nil || json.Unmarshal(text, &document) != nil {
		return nil
	}
	var names []string
	for _, m := range document.Methods {
		names = append(names, m.Name)
	}
	return names
}

// withoutRepeats is an error's data without the trailer that repeats the details of the
// status in base64.
func withoutRepeats(data json.RawMessage) json.RawMessage {
	var all map[string]json.RawMessage
	var known failureData
	if json.Unmarshal(data, &all) != nil || json.Unmarshal(data, &known) != nil || known.Status == nil || len(known.Status.Details) == 0 {
		return data
	}
	var trailers map[string]json.RawMessage
	if json.Unmarshal(all["trailers"], &trailers) != nil || trailers[detailsTrailer] == nil {
		return data
	}
	delete(trailers, detailsTrailer)
	var err error
	if all["trailers"], err = json.Marshal(trailers); err != nil {
		return data
	}
	text, err := json.Marshal(all)
	if err != nil {
		return data
	}
	return text
}

// detailsTrailer carries the details of a status, which are shown as JSON.
const detailsTrailer = "grpc-status-details-bin"
