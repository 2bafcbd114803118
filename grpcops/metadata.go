package grpcops

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/grpcline/grpcline/internal/base64text"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// Metadata is gRPC metadata: lower-case names, each with its values in order.
// As JSON it is {name: value} or {name: [value…]} on the way in and always
// {name: [value…]} on the way out; a name that ends in -bin carries base64.
// Here such values are held decoded, as gRPC takes them.
type Metadata map[string][]string

// reserved are the names that gRPC or HTTP/2 keep for themselves
// (gRPC over HTTP/2; RFC 9113, section 8.2.2).
var reserved = []string{
	"connection", "content-length", "content-type", "host", "http2-settings", "keep-alive",
	"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
}

// values is the JSON of one name's values: a string or an array of strings.
type values []string

func (v *values) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		*v = make(values, 1)
		return strictjson.DecodeValue(data, &(*v)[0])
	}
	if data[0] != '[' {
		return &strictjson.Error{Message: "must be a string or an array of strings"}
	}
	return strictjson.DecodeValue(data, (*[]string)(v))
}

// UnmarshalJSON reads metadata that a host gives, and refuses names and values
// that gRPC cannot carry.
func (md *Metadata) UnmarshalJSON(data []byte) error {
	return md.read(data, checkName)
}

func (md *Metadata) read(data []byte, checkName func(lower string) error) error {
	var given map[string]values
	if err := strictjson.DecodeValue(data, &given); err != nil {
		return err
	}
	*md = make(Metadata, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		lower := strings.ToLower(name)
		if err := checkName(lower); err != nil {
			return err
		}
		if _, twice := (*md)[lower]; twice {
			return wrongName(name, "is given twice: letter case makes no other name")
		}
		checked, err := checkValues(lower, given[name])
		if err != nil {
			return err
		}
		(*md)[lower] = checked
	}
	return nil
}

// ConnectionMetadata is the metadata of connection params. A host may give the
// user agent there, under the name that it has on the wire.
type ConnectionMetadata struct {
	Metadata  Metadata
	UserAgent string // what was given as user-agent
}

const userAgentName = "user-agent"

// UnmarshalJSON reads metadata that may have a user-agent.
func (md *ConnectionMetadata) UnmarshalJSON(data []byte) error {
	err := md.Metadata.read(data, func(lower string) error {
		if lower == userAgentName {
			return nil
		}
		return checkName(lower)
	})
	if err != nil {
		return err
	}
	if agents, ok := md.Metadata[userAgentName]; ok {
		if len(agents) != 1 {
			return wrongName(userAgentName, "is taken for userAgent, which is one value")
		}
		md.UserAgent = agents[0]
		delete(md.Metadata, userAgentName)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (md ConnectionMetadata) MarshalJSON() ([]byte, error) {
	all := md.Metadata
	if md.UserAgent != "" {
		all = all.With(Metadata{userAgentName: {md.UserAgent}})
	}
	return all.MarshalJSON()
}

// IsZero tells whether nothing was given.
func (md ConnectionMetadata) IsZero() bool { return len(md.Metadata) == 0 && md.UserAgent == "" }

func wrongName(name, why string) error {
	return &strictjson.Error{Path: name, Message: fmt.Sprintf("%q %s", name, why)}
}

func checkName(name string) error {
	switch {
	case name == "":
		return &strictjson.Error{Message: "has an empty name"}
	case name == userAgentName:
		return wrongName(name, "is fixed when a connection is opened, for all that is sent on it: give it there, as userAgent")
	case name == "host":
		return wrongName(name, "is set by HTTP/2; use authority in the connection params")
	case name[0] == ':' || strings.HasPrefix(name, "grpc-") || slices.Contains(reserved, name):
		return wrongName(name, "is a name that gRPC or HTTP/2 keeps for itself")
	}
	for _, c := range []byte(name) {
		if (c < 'a' || 'z' < c) && (c < '0' || '9' < c) && c != '-' && c != '_' && c != '.' {
			return wrongName(name, "is no metadata name: letters, digits, - _ and . are allowed")
		}
	}
	return nil
}

// checkValues returns the values of a name as gRPC takes them.
func checkValues(name string, given []string) ([]string, error) {
	checked := make([]string, len(given))
	for i, value := range given {
		if strings.HasSuffix(name, "-bin") {
			raw, ok := base64text.Decode(value)
			if !ok {
				return nil, wrongName(name, "must be base64, as its name ends in -bin")
			}
			checked[i] = string(raw)
			continue
		}
		if !printable(value) {
			return nil, wrongName(name, "has a character outside printable ASCII, which gRPC cannot carry; use a name that ends in -bin, with base64")
		}
		checked[i] = value
	}
	return checked, nil
}

// printable tells whether a text is of printable ASCII alone.
func printable(text string) bool {
	for _, c := range []byte(text) {
		if c < 0x20 || 0x7E < c {
			return false
		}
	}
	return true
}

// MarshalJSON writes {name: [value…]}, base64 for names that end in -bin.
func (md Metadata) MarshalJSON() ([]byte, error) { return md.AppendJSON(nil), nil }

// AppendJSON appends the same, names sorted.
func (md Metadata) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	names := make([]string, 0, 8)
	for name := range md {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendQuoted(dst, name), ':', '[')
		for j, value := range md[name] {
			if j > 0 {
				dst = append(dst, ',')
			}
			if strings.HasSuffix(name, "-bin") {
				value = base64.StdEncoding.EncodeToString([]byte(value))
			}
			dst = jsonscan.AppendQuoted(dst, value)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// With returns md with the names of more added or replaced.
func (md Metadata) With(more Metadata) Metadata {
	if len(more) == 0 {
		return md
	}
	all := maps.Clone(md)
	if all == nil {
		all = make(Metadata, len(more))
	}
	maps.Copy(all, more)
	return all
}

// outgoing returns a context whose RPCs send md.
func (md Metadata) outgoing(ctx context.Context) context.Context {
	if len(md) == 0 {
		return ctx
	}
	return metadata.NewOutgoingContext(ctx, metadata.MD(md))
}
