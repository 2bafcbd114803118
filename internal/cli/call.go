package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops"
)

// callFlags are the flags of call beside those of the target.
type callFlags struct {
	output      outputFlags
	compression compression
	maxMessages int
	verbose     bool
	json        grpcops.JSONOptions
}

func callCommand(c *common) *cobra.Command {
	target, f := &targetFlags{}, &callFlags{}
	cmd := &cobra.Command{
		Use:   "call ADDRESS METHOD [MESSAGE | @FILE | -]...",
		Short: "make an RPC of any kind; messages are printed as they arrive",
		Long: `Make one RPC of any kind, and print its messages as they arrive.

METHOD is pkg.Service/Method, or as much of its end as no other method has. A MESSAGE is
JSON, @FILE has several, and - is standard input: each is sent when it is complete, and
the end of the input (^D) ends sending. Without a MESSAGE an empty one is sent, or, if
the method takes a stream, standard input.

A unary RPC may take 10s unless --timeout says otherwise, a stream as long as it likes.
The exit code is 0, or 64 and the gRPC status, 1 for other failures, 2 for a wrong
command line, 130 after ^C, which cancels the RPC.`,
		Example: `  grpcline call localhost:50051 SayHello '{"name":"Ann"}'
  grpcline call localhost:50051 Chat -H 'authorization: Bearer …'
  grpcline call https://example.org shop.v1.Orders/Create @order.json --timeout 5s`,
	}
	target.declare(cmd)
	f.declare(cmd)
	cmd.Args = addressAnd(cmd, 2, -1)
	cmd.ValidArgsFunction = completer(c, target, (*session).paths)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withSession(cmd, c, target, args, false, func(ctx context.Context, s *session) error {
			method, err := s.method(ctx, args[1])
			if err != nil {
				return err
			}
			call := &caller{session: s, method: method, flags: f, printer: newPrinter(f.output), in: &values{what: "MESSAGE", args: args[2:]}}
			return call.run(ctx)
		})
	}
	return cmd
}

func (f *callFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.output.declare(cmd)
	flags.Var(&f.compression, "compression", "compress what is sent: gzip")
	flags.Var(&count{&f.maxMessages, 1}, "max-messages", "cancel a stream after so many messages")
	flags.Lookup("max-messages").DefValue = "" // there is no most
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show headers, trailers and status on standard error")
	given := func(to **bool, name, usage string) {
		flags.BoolFunc(name, usage, func(text string) error {
			on, err := strconv.ParseBool(text)
			*to = &on
			return err
		})
	}
	given(&f.json.UseProtoNames, "use-proto-names", "write field names as in the .proto file")
	given(&f.json.EmitDefaults, "emit-defaults", "write fields that have their default value")
	given(&f.json.EnumsAsNumbers, "enums-as-numbers", "write enum values as numbers")
	given(&f.json.Int64AsNumbers, "int64-as-numbers", "write 64-bit integers as numbers")
	given(&f.json.AllowUnknownFields, "allow-unknown-fields", "ignore fields of a MESSAGE that its type does not have")
	complete(cmd, "compression", cobra.FixedCompletions([]string{"gzip"}, cobra.ShellCompDirectiveNoFileComp))
}

// compression is the value of --compression.
type compression string

func (c *compression) String() string { return string(*c) }
func (c *compression) Type() string   { return "NAME" }
func (c *compression) Set(text string) error {
	if text != "gzip" && text != "identity" {
		return fmt.Errorf("it must be gzip or identity")
	}
	*c = compression(text)
	return nil
}

// caller makes one RPC.
type caller struct {
	*session
	method  *methodDetail
	flags   *callFlags
	printer *printer
	in      *values
}

func (c *caller) run(ctx context.Context) error {
	switch c.method.Kind {
	case "unary":
		return c.unary(ctx)
	case "serverStream":
		request, err := c.one(ctx)
		if err != nil {
			return err
		}
		return c.stream(ctx, "initServerStream", request)
	case "clientStream":
		return c.stream(ctx, "initClientStream", nil)
	}
	return c.stream(ctx, "initBidiStream", nil)
}

// one is the request of a method that takes no stream.
func (c *caller) one(ctx context.Context) (json.RawMessage, error) {
	if len(c.in.args) == 0 {
		return json.RawMessage("{}"), nil
	}
	request, err := c.in.onlyBefore(ctx)
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("there is no message in %q; an empty one is {}", c.in.args[0])
	case errors.Is(err, errTwoValues):
		return nil, fmt.Errorf("%w, and %s takes one message", err, c.method.path())
	}
	return request, err
}

// rpcParams are those of callMethod and of the init… methods.
type rpcParams struct {
	Connection  string               `json:"connection"`
	Method      string               `json:"method"`
	Request     json.RawMessage      `json:"request,omitempty"`
	TimeoutMs   *int                 `json:"timeoutMs,omitempty"`
	DeadlineMs  *int                 `json:"deadlineMs,omitempty"`
	Compression compression          `json:"compression,omitempty"`
	JSON        *grpcops.JSONOptions `json:"json"`
}

func (c *caller) params(request json.RawMessage) rpcParams {
	return rpcParams{
		Connection: c.connection, Method: c.method.path(), Request: request,
		Compression: c.flags.compression, JSON: &c.flags.json,
	}
}

func (c *caller) unary(ctx context.Context) error {
	request, err := c.one(ctx)
	if err != nil {
		return err
	}
	var reply struct {
		Message json.RawMessage `json:"message"`
		ending
	}
	params := c.params(request)
	params.TimeoutMs = c.left() // else the connection's
	err = c.request(ctx, "callMethod", params, &reply)
	c.waiting.stop()
	if err != nil {
		return c.ended(nil, err)
	}
	c.showMetadata("headers", reply.Headers)
	if err := c.printer.print(reply.Message); err != nil {
		return err
	}
	return c.ended(&reply.ending, nil)
}
