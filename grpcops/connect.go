package grpcops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"
)

// connect waits until the connection can be used and says why it cannot; with wait
// it does not end with an attempt that has failed.
//
// It starts an RPC that is never sent: its credentials fail, which grpc-go asks
// for only once it has a connection. Where it has none, the RPC fails with the
// cause of the last attempt, which grpc-go shows nowhere else.
func (c *Conn) connect(ctx context.Context, wait bool) error {
	for {
		state := c.cc.GetState()
		probe := &neverSent{}
		_, err := c.cc.NewStream(ctx, &grpc.StreamDesc{}, "/grpcline/connect",
			grpc.PerRPCCredentials(probe), grpc.WaitForReady(wait))
		switch {
		case probe.reached:
			return nil
		case notADeadline(ctx) != nil:
			return context.Cause(ctx)
		case ctx.Err() != nil && (codeOf(err) == codes.DeadlineExceeded || codeOf(err) == codes.Canceled):
			return c.notInTime(ctx, err)
		case codeOf(err) != codes.DeadlineExceeded:
			return c.unreachable(err)
		}
		// A timeout in the service config has ended the probe, not ctx.
		c.cc.WaitForStateChange(ctx, state)
		if c.cc.GetState() == connectivity.Ready {
			return nil
		}
	}
}

// neverSent are credentials that fail when they are asked for.
type neverSent struct{ reached bool }

func (n *neverSent) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	n.reached = true
	return nil, errors.New("this RPC is not to be sent")
}

func (*neverSent) RequireTransportSecurity() bool { return false }

// unreachable makes one sentence of why there is no connection.
func (c *Conn) unreachable(err error) *StatusError {
	cause := causeOf(status.Convert(err).Message())
	return clientError(codes.Unavailable, "cannot connect to %s: %s%s", c.Params.Address, cause, adviceOn(cause, c.TLS))
}

// notInTime does the same where the time of ctx was over before there was one.
func (c *Conn) notInTime(ctx context.Context, err error) *StatusError {
	within := "in time"
	var late lateError
	if errors.As(context.Cause(ctx), &late) {
		within = "within " + late.after.Round(time.Millisecond).String()
	}
	return clientError(codes.DeadlineExceeded, "no connection to %s %s: %s", c.Params.Address, within, c.lateBecause(status.Convert(err).Message()))
}

// lateBecause says what connecting was waiting for.
func (c *Conn) lateBecause(message string) string {
	if cause := causeOf(message); cause != message {
		return cause + adviceOn(cause, c.TLS)
	}
	switch c.stage.at.Load() {
	case stageHandshake:
		return "the server accepted the connection but did not finish the TLS handshake; it may not speak TLS there"
	case stagePreface:
		return "the server accepted the connection but did not answer in HTTP/2; it may not be a gRPC server" + orTLS(c.TLS)
	}
	return "the address does not answer; a firewall may drop the packets, or host or port may be wrong"
}

func orTLS(tls bool) string {
	if tls {
		return ""
	}
	return ", or it wants TLS (https://, or tls: {})"
}

// causeOf takes the wrapping of grpc-go off the message of a failed connection.
func causeOf(message string) string {
	if _, after, ok := strings.Cut(message, `desc = "`); ok {
		message, _, _ = strings.Cut(after, `"`)
		if end := strings.LastIndex(after, `"`); end >= 0 {
			message = after[:end]
		}
	}
	for _, wrapping := range []string{
		"transport: Error while dialing: ", "transport: authentication handshake failed: ",
		"name resolver error: ", "error reading server preface: ", "failed to verify certificate: ",
	} {
		message = strings.TrimPrefix(message, wrapping)
	}
	if message == "produced zero addresses" { // all that grpc-go says of it
		return "no such host"
	}
	return message
}

// adviceOn is what to do about a cause, where that is known.
func adviceOn(cause string, tls bool) string {
	for _, a := range []struct{ sign, advice string }{
		{"connection refused", "nothing listens there: check the port and that the server runs"},
		{"no such host", "check the host's name"},
		{"unknown authority", "give the CA's certificate in tls.certFile or tls.caPem"},
		{"not standards compliant", "the server's certificate is malformed; tls.disableCertVerification accepts it"},
		{"certificate is valid for", "set tls.serverName to the name in the certificate"},
		{"certificate is not valid for any names", "set tls.serverName to the name in the certificate"},
		{"doesn't contain any IP SANs", "set tls.serverName to the name in the certificate"},
		{"expired", "the certificate's dates do not fit the clock"},
		{"certificate required", "the server wants a client certificate from an authority that it knows: tls.clientCertFile with tls.clientKeyFile"},
		{"bad certificate", "the server refused the client certificate: tls.clientCertFile with tls.clientKeyFile"},
		{"does not look like a TLS handshake", "the server speaks no TLS there: use http:// and no tls"},
		{"HTTP/1.1 header", "the server answers in HTTP/1.1; gRPC needs HTTP/2" + orTLS(tls)},
		{"missing selected ALPN", "the server speaks TLS but not HTTP/2"},
	} {
		if strings.Contains(cause, a.sign) {
			return " (" + a.advice + ")"
		}
	}
	if tls && (strings.Contains(cause, "broken pipe") || strings.Contains(cause, "reset by peer")) {
		return " (the server closed the connection; it may want a client certificate, or another one: tls.clientCertFile with tls.clientKeyFile)"
	}
	if !tls && (strings.Contains(cause, "EOF") || strings.Contains(cause, "reset by peer") || strings.Contains(cause, "frame")) {
		return " (the server closed the connection; it may want TLS: https://, or tls: {})"
	}
	return ""
}

// WithTimeout bounds what is done with ctx by d, which becomes the deadline of
// RPCs.
func WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, Late(d))
}

// Late is the cause of a context that ends after d.
func Late(d time.Duration) error { return lateError{d} }

// lateError is the cause of a context whose time is over.
type lateError struct{ after time.Duration }

func (e lateError) Error() string { return fmt.Sprintf("not within %s", e.after) }
func (lateError) Unwrap() error   { return context.DeadlineExceeded }
