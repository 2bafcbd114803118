package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/excerpt"
)

func describeCommand(c *common) *cobra.Command {
	f := &targetFlags{}
	var template, jsonSchema bool
	cmd := &cobra.Command{
		Use:   "describe ADDRESS [SYMBOL]",
		Short: "print a service, method, message, enum or file as .proto source",
		Long: `Print a service, method, message, enum or file as .proto source, with its comments; all
services unless SYMBOL is given. SYMBOL is a full name, or as much of its end as nothing
else has. A method is printed with its messages.`,
		Example: `  grpcline describe localhost:50051 Greeter
  grpcline describe localhost:50051 SayHello --template > hello.json`,
	}
	f.declare(cmd)
	cmd.Flags().BoolVar(&template, "template", false, "print a request to fill in, for a method or message")
	cmd.Flags().BoolVar(&jsonSchema, "json-schema", false, "print the JSON Schema of a message, or of a method's request")
	cmd.Args = addressAnd(cmd, 1, 2)
	cmd.ValidArgsFunction = completer(c, f, (*session).symbols)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		symbol := strings.Join(args[1:], "")
		if (template || jsonSchema) && symbol == "" {
			return wrongUsage(cmd, "--template and --json-schema need the SYMBOL of a method or a message")
		}
		return withSession(cmd, c, f, args, f.hasSchema(), func(ctx context.Context, s *session) error {
			known, err := s.sources(ctx)
			if err != nil {
				return err
			}
			if !template && !jsonSchema {
				text, err := known.source(symbol)
				if err != nil {
					return err
				}
				s.waiting.stop()
				return write(os.Stdout, []byte(text+"\n"))
			}
			detail, err := s.example(ctx, known, symbol)
			if err != nil {
				return err
			}
			s.waiting.stop()
			text := detail.RequestTemplate
			if jsonSchema {
				text = detail.RequestSchema
			}
			return write(os.Stdout, append(indented(text), '\n'))
		})
	}
	return cmd
}

// example asks for a method's request, or for any message as if it were one.
func (s *session) example(ctx context.Context, known *sources, symbol string) (*methodDetail, error) {
	d, err := known.find(symbol)
	if err != nil {
		return nil, err
	}
	switch d.Kind {
	case excerpt.Method:
		service, name, _ := cutLast(d.Name)
		return s.detail(ctx, service+"/"+name)
	case excerpt.Message:
		return s.asRequest(ctx, known, d)
	}
	return nil, fmt.Errorf("%s is a %s; a template and a JSON Schema are of a method or a message", d.Name, d.Kind)
}

// asRequest describes a message by a schema that has a method which takes it.
func (s *session) asRequest(ctx context.Context, known *sources, message *definition) (*methodDetail, error) {
	const service, method = "grpcline.described.Described", "Take"
	type source struct {
		Text string `json:"text"`
	}
	type connection struct {
		grpcops.ConnectionParams
		Proto map[string]source `json:"proto"`
	}
	lazily, never := true, grpcops.ReflectionNone
	params := connection{
		ConnectionParams: grpcops.ConnectionParams{Address: "passthrough:///nowhere", Lazy: &lazily, Reflection: &never},
		Proto:            map[string]source{},
	}
	for name, text := range known.files {
		params.Proto[name] = source{text}
	}
	params.Proto["grpcline/described/described.proto"] = source{fmt.Sprintf(
		"syntax = \"proto3\";\npackage grpcline.described;\nimport %s;\nservice Described { rpc %s(.%s) returns (.%[3]s); }\n",
		strconv.Quote(message.file), method, message.Name)}
	d := &methodDetail{}
	err := s.request(ctx, "getMethod", struct {
		Connection connection `json:"connection"`
		Service    string     `json:"service"`
		Method     string     `json:"method"`
	}{params, service, method}, d)
	return d, err
}

// symbols are what describe can be asked for.
func (s *session) symbols(ctx context.Context) ([]string, error) {
	known, err := s.sources(ctx)
	if err != nil {
		return nil, err
	}
	return known.names(), nil
}
