package grpcops

import (
	"encoding/json"
	"math"
	"time"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// ConnectionParams is all that is needed to reach a server. Times are in
// milliseconds, 0 being no bound; sizes are in bytes.
type ConnectionParams struct {
	Address          string                `json:"address" doc:"https://host:port, http://host:port (grpcs:// and grpc:// are the same), host:port, or a gRPC target (dns:///…, unix:///…, passthrough:///…, ipv4:…, ipv6:…); a missing port is 443 with TLS and 80 without"`
	Proto            *schema.Protos        `json:"proto,omitempty" doc:"one schema (its text, a path of a file or a folder, a URL, or {text}, {file}, {url}), a list of them, or an object of file name to schema"`
	ImportPaths      []string              `json:"importPaths,omitempty" doc:"folders in which paths and imports are looked for"`
	DescriptorSet    *schema.DescriptorSet `json:"descriptorSet,omitempty" doc:"a FileDescriptorSet: a path or base64, or {file}, {base64}"`
	Reflection       *Reflection           `json:"reflection,omitempty" doc:"\"auto\" (the default: where no schema is given), true (added to given schemas) or false"`
	Metadata         ConnectionMetadata    `json:"metadata,omitzero" doc:"sent with every call: {name: value} or {name: [value…]}; base64 for names that end in -bin"`
	TLS              *TLSSettings          `json:"tls,omitempty" doc:"encrypt; {} is TLS with the system's roots"`
	TimeoutMs        *int                  `json:"timeoutMs,omitempty" doc:"the default bound of every operation (10000)"`
	ConnectTimeoutMs *int                  `json:"connectTimeoutMs,omitempty" doc:"how long opening may take (10000)"`
	Lazy             *bool                 `json:"lazy,omitempty" doc:"connect with the first call instead of when opening (false)"`
	Compression      *Compression          `json:"compression,omitempty" doc:"\"gzip\" compresses what is sent"`
	MaxReceiveBytes  *int                  `json:"maxReceiveBytes,omitempty" doc:"the largest message accepted (67108864)"`
	MaxSendBytes     *int                  `json:"maxSendBytes,omitempty" doc:"the largest message sent (67108864)"`
	Proxy            *string               `json:"proxy,omitempty" doc:"the URL of a proxy that takes CONNECT: http://user:password@host:port, or https://…; \"\" is none; unless given, HTTPS_PROXY and NO_PROXY of the environment hold"`
	Keepalive        *Keepalive            `json:"keepalive,omitempty" doc:"HTTP/2 pings that find out a dead connection"`
	Authority        string                `json:"authority,omitempty" doc:"the :authority to send instead of the address' host"`
	UserAgent        string                `json:"userAgent,omitempty" doc:"put before grpc-go's own user agent; wins over a user-agent in metadata"`
	ServiceConfig    ServiceConfig         `json:"serviceConfig,omitempty" doc:"a gRPC service config: retry policy, load balancing, timeouts by method" shape:"object"`
	WaitForReady     *bool                 `json:"waitForReady,omitempty" doc:"calls wait for a connection instead of failing while there is none (false)"`
	JSON             *JSONOptions          `json:"json,omitempty" doc:"how messages are written and read"`
}

// Keepalive are the settings of grpc-go's keepalive.ClientParameters.
type Keepalive struct {
	TimeMs              *int  `json:"timeMs,omitempty" doc:"ping after this long without activity (gRPC's least is 10000)"`
	TimeoutMs           *int  `json:"timeoutMs,omitempty" doc:"close the connection when a ping is not answered in time (20000)"`
	PermitWithoutStream *bool `json:"permitWithoutStream,omitempty" doc:"ping also while no call is open (false)"`
}

// JSONOptions are the switches of ProtoJSON, each off unless given.
type JSONOptions struct {
	UseProtoNames      *bool `json:"useProtoNames,omitempty" doc:"write field names as in the .proto file"`
	EmitDefaults       *bool `json:"emitDefaults,omitempty" doc:"write fields that have their default value"`
	EnumsAsNumbers     *bool `json:"enumsAsNumbers,omitempty" doc:"write enum values as numbers"`
	Int64AsNumbers     *bool `json:"int64AsNumbers,omitempty" doc:"write 64-bit integers as numbers"`
	AllowUnknownFields *bool `json:"allowUnknownFields,omitempty" doc:"ignore fields of the input that the type does not have, and names that its enums do not have"`
}

// CallOptions are those of one call or stream, over those of its connection.
type CallOptions struct {
	Metadata     Metadata     `json:"metadata,omitempty" doc:"added to the connection's; the same name replaces it"`
	JSON         *JSONOptions `json:"json,omitempty" doc:"over the connection's, option by option"`
	Compression  *Compression `json:"compression,omitempty" doc:"\"gzip\", over the connection's"`
	WaitForReady *bool        `json:"waitForReady,omitempty" doc:"over the connection's"`
}

// Defaults of ConnectionParams.
const (
	defaultTimeout  = 10 * time.Second
	defaultMaxBytes = 64 << 20
)

// Timeout is the default bound of an operation, 0 for none.
func (p *ConnectionParams) Timeout() time.Duration {
	return Millis(p.TimeoutMs, defaultTimeout)
}

// ConnectTimeout bounds opening, 0 for no bound.
func (p *ConnectionParams) ConnectTimeout() time.Duration {
	return Millis(p.ConnectTimeoutMs, defaultTimeout)
}

// attemptTimeout is how long one attempt to connect may take: as long as opening,
// and at least what grpc-go gives one. Calls on a lazy connection have their own
// bounds.
func (p *ConnectionParams) attemptTimeout() time.Duration {
	const least, most = 20 * time.Second, 24 * time.Hour
	if d := p.ConnectTimeout(); d > 0 {
		return min(max(d, least), most)
	}
	return most
}

// Millis is a number of milliseconds that may be absent.
func Millis(ms *int, absent time.Duration) time.Duration {
	if ms == nil {
		return absent
	}
	return time.Duration(min(int64(*ms), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// Reflection says when the server is asked for its schema.
type Reflection string

// The values of Reflection; as JSON the last two are true and false.
const (
	ReflectionAuto Reflection = "auto"
	ReflectionAdd  Reflection = "true"
	ReflectionNone Reflection = "false"
)

// UnmarshalJSON reads "auto", true or false.
func (r *Reflection) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"auto"`, "true", "false":
		*r = Reflection(trimQuotes(data))
		return nil
	}
	return &strictjson.Error{Message: `must be "auto", true or false`}
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r Reflection) MarshalJSON() ([]byte, error) {
	if r == ReflectionAuto {
		return []byte(`"auto"`), nil
	}
	return []byte(r), nil
}

// ServiceConfig is a gRPC service config as it was given: an object.
type ServiceConfig json.RawMessage

// UnmarshalJSON refuses what is no object; gRPC checks the rest.
func (c *ServiceConfig) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return &strictjson.Error{Message: "must be an object: a gRPC service config"}
	}
	*c = append(ServiceConfig(nil), data...)
	return nil
}

// MarshalJSON writes what was given.
func (c ServiceConfig) MarshalJSON() ([]byte, error) { return c, nil }

// Compression names a compressor: "gzip", or "identity" for none.
type Compression string

// UnmarshalJSON refuses compressors that are not known.
func (c *Compression) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"gzip"`, `"identity"`:
		*c = Compression(trimQuotes(data))
		return nil
	}
	return &strictjson.Error{Message: `must be "gzip" or "identity"`}
}

func trimQuotes(data []byte) string {
	if data[0] == '"' {
		data = data[1 : len(data)-1]
	}
	return string(data)
}

// over returns the options with those of base where they are absent.
func (o *JSONOptions) over(base *JSONOptions) transcode.Options {
	if base == nil {
		base = &JSONOptions{}
	}
	if o == nil {
		o = base
	}
	return transcode.Options{
		UseProtoNames:      given(o.UseProtoNames, base.UseProtoNames),
		EmitDefaults:       given(o.EmitDefaults, base.EmitDefaults),
		EnumsAsNumbers:     given(o.EnumsAsNumbers, base.EnumsAsNumbers),
		Int64AsNumbers:     given(o.Int64AsNumbers, base.Int64AsNumbers),
		AllowUnknownFields: given(o.AllowUnknownFields, base.AllowUnknownFields),
	}
}

// given is the first value that is not absent, false where all are.
func given(values ...*bool) bool {
	for _, v := range values {
		if v != nil {
			return *v
		}
	}
	return false
}
