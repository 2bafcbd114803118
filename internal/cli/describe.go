package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/excerpt"
	"github.com/grpcline/grpcline/internal/nearest"
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
	cmd.Args = exactly(cmd, 1, 2)
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

// sources are a server's schema.
type sources struct {
	files map[string]string
	defs  []definition
}

// definition is one, and the file it stands in.
type definition struct {
	excerpt.Definition
	file string
}

// sources asks for the sources and finds what they define.
func (s *session) sources(ctx context.Context) (*sources, error) {
	e, err := s.proto(ctx, "")
	if err != nil {
		return nil, err
	}
	known := &sources{files: e.Files}
	for _, name := range slices.Sorted(maps.Keys(e.Files)) {
		defs, err := excerpt.Definitions(name, e.Files[name])
		if err != nil {
			return nil, fmt.Errorf("the source of %s is not understood: %w", name, err)
		}
		for _, d := range defs {
			known.defs = append(known.defs, definition{d, name})
		}
	}
	return known, nil
}

// source is what describe prints for a symbol, without a last line feed.
func (k *sources) source(symbol string) (string, error) {
	if symbol == "" {
		return k.services(), nil
	}
	if text, ok := k.files[symbol]; ok {
		return strings.TrimRight(text, "\n"), nil
	}
	d, err := k.find(symbol)
	if err != nil {
		return "", err
	}
	parts := []string{d.Text}
	for _, name := range d.Types {
		if of := k.typeNamed(name, d.Name); of != nil && !slices.Contains(parts, of.Text) {
			parts = append(parts, of.Text)
		}
	}
	return strings.Join(parts, "\n\n"), nil
}

// services are the sources of all services, by package.
func (k *sources) services() string {
	var parts []string
	last := ""
	for _, d := range k.defs {
		if d.Kind != excerpt.Service {
			continue
		}
		if in, _, ok := cutLast(d.Name); ok && in != last {
			parts = append(parts, "package "+in+";")
			last = in
		}
		parts = append(parts, d.Text)
	}
	return strings.Join(parts, "\n\n")
}

// cutLast cuts the last part off a full name.
func cutLast(name string) (scope, last string, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "", name, false
	}
	return name[:dot], name[dot+1:], true
}

// find looks for a definition by its full name, or by the last parts of it that no other
// has. A type or service counts before a field.
func (k *sources) find(symbol string) (*definition, error) {
	name := strings.ReplaceAll(strings.Trim(symbol, "/."), "/", ".")
	var found []*definition
	for i := range k.defs {
		switch d := &k.defs[i]; {
		case d.Name == name:
			return d, nil
		case strings.HasSuffix(d.Name, "."+name):
			found = append(found, d)
		}
	}
	if top := slices.DeleteFunc(slices.Clone(found), func(d *definition) bool { return d.Inner() }); len(top) > 0 {
		found = top
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var names []string
		for _, d := range found {
			names = append(names, d.Name)
		}
		return nil, fmt.Errorf("%q is short for several: %s", symbol, strings.Join(names[:min(len(names), 10)], ", "))
	}
	return nil, fmt.Errorf("there is no %q in the schema%s", symbol, nearest.Hint(symbol, k.names()))
}

// names are the full names of all but fields, and the names of the files.
func (k *sources) names() []string {
	names := slices.Sorted(maps.Keys(k.files))
	for _, d := range k.defs {
		if !d.Inner() {
			names = append(names, d.Name)
		}
	}
	return names
}

// typeNamed finds the message that a name means within a scope: the innermost that fits.
func (k *sources) typeNamed(name, scope string) *definition {
	for full := strings.HasPrefix(name, "."); ; {
		candidate := strings.TrimPrefix(name, ".")
		if !full && scope != "" {
			candidate = scope + "." + name
		}
		for i := range k.defs {
			if k.defs[i].Name == candidate && k.defs[i].Kind == excerpt.Message {
				return &k.defs[i]
			}
		}
		if full || scope == "" {
			return nil
		}
		scope, _, _ = cutLast(scope)
	}
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
