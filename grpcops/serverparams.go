package grpcops

import (
	"net"
	"strings"

	"github.com/grpcline/grpcline/grpcops/schema"
)

// ServerParams is all that is needed to serve a schema. Times are in milliseconds;
// sizes are in bytes.
type ServerParams struct {
	Address         string                `json:"address" doc:"where to listen: host:port, :port or unix:///path; port 0 is one that is free"`
	Proto           *schema.Protos        `json:"proto,omitempty" doc:"the schema, as in connection params"`
	ImportPaths     []string              `json:"importPaths,omitempty" doc:"folders in which paths and imports are looked for"`
	DescriptorSet   *schema.DescriptorSet `json:"descriptorSet,omitempty" doc:"a FileDescriptorSet: a path or base64, or {file}, {base64}"`
	Services        []string              `json:"services,omitempty" doc:"the full names of the services to serve; without it all of the schema"`
	TLS             *ServerTLS            `json:"tls,omitempty" doc:"encrypt"`
	Reflection      *bool                 `json:"reflection,omitempty" doc:"answer reflection, v1 and v1alpha (true)"`
	Health          *bool                 `json:"health,omitempty" doc:"answer grpc.health.v1: SERVING for each service (true)"`
	JSON            *JSONOptions          `json:"json,omitempty" doc:"how messages are written and read"`
	MaxReceiveBytes *int                  `json:"maxReceiveBytes,omitempty" doc:"the largest message accepted (67108864)"`
	MaxSendBytes    *int                  `json:"maxSendBytes,omitempty" doc:"the largest message sent (67108864)"`
	Keepalive       *Keepalive            `json:"keepalive,omitempty" doc:"HTTP/2 pings that find out a dead client; permitWithoutStream lets clients ping while they have no call"`
}

// listenAddress is where a server listens, as package net takes it.
type listenAddress struct{ network, at string }

// parseListenAddress reads host:port, :port and unix:///path.
func parseListenAddress(text string) (listenAddress, error) {
	const forms = "write host:port, :port or unix:///path"
	scheme, _, found := strings.Cut(text, ":")
	switch {
	case text == "":
		return listenAddress{}, paramErrorf("address", "address is empty; %s", forms)
	case found && strings.EqualFold(scheme, "unix"):
		at, err := parseAddress(text, false)
		if err != nil {
			return listenAddress{}, err
		}
		path, absolute := strings.CutPrefix(strings.TrimPrefix(at.target, "unix:"), "//")
		if absolute && len(path) > 3 && path[0] == '/' && path[2] == ':' {
			path = path[1:] // unix:///C:/path
		}
		return listenAddress{"unix", path}, nil
	case strings.Contains(text, "://"):
		return listenAddress{}, paramErrorf("address", "address %q has a scheme; %s, and use tls to encrypt", text, forms)
	}
	if host, port, err := net.SplitHostPort(text); err != nil || port != "0" && !validPort(port) || strings.ContainsAny(host, "/?#@ ") {
		return listenAddress{}, paramErrorf("address", "address %q is not host:port with a port from 0 to 65535 (0 is one that is free); %s", text, forms)
	}
	return listenAddress{"tcp", text}, nil
}
