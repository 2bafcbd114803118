package grpcops

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/nearest"
)

// Kind is the kind of a method, by which sides of it are streams.
type Kind string

// The four kinds.
const (
	Unary        Kind = "unary"
	ServerStream Kind = "serverStream"
	ClientStream Kind = "clientStream"
	BidiStream   Kind = "bidiStream"
)

// KindError says that a method is not of the kind that was asked for.
type KindError struct {
	Method string // pkg.Service/Method
	Kind   Kind   // what it is
}

// Error names the method and what it is.
func (e *KindError) Error() string { return fmt.Sprintf("%s is a %s method", e.Method, e.Kind) }

// method is a method with the plans for its messages.
type method struct {
	name  string // pkg.Service/Method
	path  string // of HTTP/2: /pkg.Service/Method
	kind  Kind
	in    *transcode.Message             // of the messages that are sent
	out   *transcode.Message             // of those that are received
	input protoreflect.MessageDescriptor // the type of in
	codec *transcode.Codec

	maxSend int // bytes of a message, of its connection
	maxJSON int // bytes of a received message as JSON
}

// jsonPerByte is how many bytes of JSON a message may become, for each that the
// connection takes on the wire. The everyday ones become two or three times as long; a
// byte may stand for a name of any length.
const jsonPerByte = 8

// mostJSON is how many bytes of JSON a message may become where messages of so many
// bytes are received.
func mostJSON(maxReceive *int) int {
	return jsonPerByte * min(orDefault(maxReceive), math.MaxInt/jsonPerByte)
}

// methodKey is how a caller names a method.
type methodKey struct{ service, method string }

// method finds a method and checks its kind.
func (c *Conn) method(ctx context.Context, t *Target, kind Kind) (*method, error) {
	key := methodKey{t.Service, t.Method}
	found, ok := c.methods.Load(key)
	if !ok {
		m, err := c.findMethod(ctx, t)
		if err != nil {
			return nil, err
		}
		found, _ = c.methods.LoadOrStore(key, m)
	}
	m := found.(*method)
	if m.kind != kind {
		return nil, &KindError{m.name, m.kind}
	}
	return m, nil
}

func (c *Conn) findMethod(ctx context.Context, t *Target) (*method, error) {
	var codec *transcode.Codec
	md, err := findIn(ctx, c, t.Metadata, t.Options.WaitForReady, func(files *schema.Files) (protoreflect.MethodDescriptor, error) {
		codec = files.Codec()
		return findMethod(files, t.Service, t.Method)
	})
	if err != nil {
		return nil, err
	}
	name := string(md.Parent().FullName()) + "/" + string(md.Name())
	return &method{
		name:  name,
		path:  "/" + name,
		kind:  Kind(introspect.Kind(md)),
		in:    codec.Message(md.Input()),
		out:   codec.Message(md.Output()),
		input: md.Input(),
		codec: codec,

		maxSend: orDefault(c.Params.MaxSendBytes),
		maxJSON: mostJSON(c.Params.MaxReceiveBytes),
	}, nil
}

// findMethod finds a method by its service's full name and its own, or, without
// a service, by pkg.Service/Method.
func findMethod(files *schema.Files, service, name string) (protoreflect.MethodDescriptor, error) {
	param := "service"
	if service == "" {
		full := strings.TrimPrefix(name, "/")
		cut := strings.LastIndexByte(full, '/')
		if cut < 0 {
			return nil, paramErrorf("service", "service is required, unless method is the full pkg.Service/Method")
		}
		service, name, param = full[:cut], full[cut+1:], "method"
	}
	sd, err := findService(files, service, param)
	if err != nil {
		return nil, err
	}
	if md := sd.Methods().ByName(protoreflect.Name(name)); md != nil {
		return md, nil
	}
	if why := files.Unusable(string(sd.FullName()) + "." + name); why != "" {
		return nil, paramErrorf("method", "%s", why)
	}
	var known []string
	for i := range sd.Methods().Len() {
		known = append(known, string(sd.Methods().Get(i).Name()))
	}
	return nil, paramErrorf("method", "%s has no method %q%s", sd.FullName(), name, nearest.Hint(name, known))
}

func findService(files *schema.Files, name, param string) (protoreflect.ServiceDescriptor, error) {
	if sd, ok := files.FindService(name); ok {
		return sd, nil
	}
	if why := files.Unusable(name); why != "" {
		return nil, paramErrorf(param, "%s", why)
	}
	return nil, paramErrorf(param, "the schema has no service %q%s", name, nearest.Hint(name, files.ServiceNames()))
}

// encode turns a message in JSON into wire bytes, in the memory of room if that is
// enough. Absent stands for an empty message. prefix leads to it in the params, for
// errors.
func (m *method) encode(room []byte, prefix string, text json.RawMessage, options transcode.Options) ([]byte, error) {
	if text == nil || m.isAbsent(text) {
		if m.input.ParentFile().Package() == "google.protobuf" {
			return nil, nil // has a JSON form of its own, and no required fields
		}
		text = json.RawMessage("{}")
	}
	packed, err := m.in.AppendWire(room, text, options)
	if err != nil {
		return nil, messageError(prefix, err)
	}
	if len(packed) > m.maxSend {
		return nil, m.tooLarge(prefix, len(packed))
	}
	return packed, nil
}

// isAbsent tells whether a message is null and null is no message of its type.
func (m *method) isAbsent(text json.RawMessage) bool {
	return string(text) == "null" && m.input.FullName() != "google.protobuf.Value"
}

// smallWire is up to which size memory is made for a message that may take less on the
// wire, as most do.
const smallWire = 4 << 10

// wireRoom is memory for what becomes of text, as far as it is small.
func wireRoom(text json.RawMessage) []byte { return make([]byte, 0, min(len(text), smallWire)) }

// wireRoom is memory for what becomes of text, which is freed when it has been sent.
func (c *Conn) wireRoom(text json.RawMessage) []byte {
	if len(text) > smallWire {
		return c.buffers.Make(len(text))
	}
	return wireRoom(text)
}

// tooLarge refuses a message over maxSend: grpc-go would end the RPC.
func (m *method) tooLarge(path string, size int) error {
	return clientError(codes.ResourceExhausted, "%s is %d bytes, which is more than maxSendBytes (%d)", path, size, m.maxSend)
}

// tooLong is the error of a received message that is longer than maxJSON.
func (m *method) tooLong() *StatusError {
	return clientError(codes.ResourceExhausted, "the message from %s is more than %d bytes as JSON, which is %d for each of maxReceiveBytes", m.name, m.maxJSON, jsonPerByte)
}

// reading are the options with which messages are received.
func (m *method) reading(o transcode.Options) transcode.Options {
	o.MostJSON = m.maxJSON
	return o
}

// Services lists the full names of the services, sorted.
func (c *Conn) Services(ctx context.Context, md Metadata) ([]string, error) {
	files, err := c.files(ctx, md, nil)
	if err != nil {
		return nil, err
	}
	return files.ServiceNames(), nil
}

// Methods lists the methods of a service in the order of its file.
func (c *Conn) Methods(ctx context.Context, md Metadata, service string) (string, []introspect.MethodInfo, error) {
	sd, err := findIn(ctx, c, md, nil, func(files *schema.Files) (protoreflect.ServiceDescriptor, error) {
		return findService(files, service, "service")
	})
	if err != nil {
		return "", nil, err
	}
	return string(sd.FullName()), introspect.Methods(sd), nil
}

// MethodDetail describes a method.
func (c *Conn) MethodDetail(ctx context.Context, md Metadata, service, name string) (introspect.MethodDetail, error) {
	found, err := findIn(ctx, c, md, nil, func(files *schema.Files) (protoreflect.MethodDescriptor, error) {
		return findMethod(files, service, name)
	})
	if err != nil {
		return introspect.MethodDetail{}, err
	}
	detail, err := introspect.Detail(found)
	if err != nil {
		return introspect.MethodDetail{}, clientError(codes.ResourceExhausted, "%s cannot be described: %v", found.FullName(), err)
	}
	return detail, nil
}
