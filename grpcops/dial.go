package grpcops

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // registers the compressor that compression: "gzip" names
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/grpclog"
	"google.golang.org/grpc/keepalive"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/internal/buffers"
)

// Env is what all connections of a worker share.
type Env struct {
	Version string                                      // of the worker, for the user agent
	Schemas *schema.Cache                               // compiled schemas
	Buffers *buffers.Pool                               // of long messages; nil keeps none
	Demo    func(ctx context.Context) (net.Conn, error) // reaches the server at demo:///; nil where there is none
}

// Windows of HTTP/2 flow control, in bytes: what a server may send ahead of what
// is read, a message that is being read not counted. It is what a call or stream
// costs in memory while nobody can take what it receives. The connection's is only a
// bound on all its streams together, as grpc-go gives it back on receipt.
const (
	streamWindow     = 128 << 10
	connectionWindow = 4 << 20
)

// maxHeaderBytes is how large the headers or trailers of a server may be.
const maxHeaderBytes = 16 << 20

// readBuffer is how much is read from a socket at once, in bytes.
const readBuffer = 64 << 10

// Conn is a connection to a server and the schema that its messages have. Its
// owner closes it; calls and streams on it then end.
type Conn struct {
	Params ConnectionParams
	TLS    bool // whether it is encrypted

	cc    *grpc.ClientConn
	link  *link
	types types

	buffers *buffers.Pool
	methods sync.Map // of methodKey to *method: those that were called
}

// Check says what is wrong with the params, as far as that shows without
// connecting. Reading the files that they name ends with ctx.
func (p *ConnectionParams) Check(ctx context.Context) error {
	at, err := parseAddress(p.Address, p.TLS != nil)
	if err == nil && p.TLS != nil {
		err = inTLS(p.TLS.Check(ctx))
	}
	if err == nil {
		_, err = p.proxyFor(at)
	}
	switch {
	case err != nil:
		return err
	case !printable(p.UserAgent):
		return paramErrorf("userAgent", "userAgent has a character outside printable ASCII, which HTTP/2 cannot carry")
	}
	if _, err := asciiAuthority(p.Authority); err != nil {
		return paramErrorf("authority", "authority %q is no name of a host: %v", p.Authority, err)
	}
	return nil
}

// Dial makes a connection within ctx: it compiles the schema that the params
// give and, unless they are lazy, connects. Its error is a *ParamError, or a *StatusError
// with the cause why the server cannot be reached.
func (env *Env) Dial(ctx context.Context, p ConnectionParams) (*Conn, error) {
	if err := p.Check(ctx); err != nil {
		return nil, err
	}
	at, err := parseAddress(p.Address, p.TLS != nil)
	if err != nil {
		return nil, err
	}
	c := &Conn{Params: p, TLS: at.tls || p.TLS != nil, buffers: env.Buffers}
	if c.types.given, err = env.givenFiles(ctx, &p); err != nil {
		if cause := notADeadline(ctx); cause != nil {
			err = cause
		} else if ctx.Err() != nil {
			err = clientError(codes.DeadlineExceeded, "the schema was not read and compiled %s", inTime(ctx))
		}
		return nil, err
	}
	c.types.turn = make(chan struct{}, 1)
	options, err := c.options(ctx, env, at)
	if err != nil {
		return nil, err
	}
	if c.cc, err = grpc.NewClient(at.target, options...); err != nil {
		return nil, clientParamError(&p, err)
	}
	c.link.cc = c.cc
	if !given(p.Lazy) {
		if err := c.connect(ctx, given(p.WaitForReady)); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// Close ends the connection and what still runs on it.
func (c *Conn) Close() { c.link.close() }

// State is the connection's state in gRPC's words, such as READY.
func (c *Conn) State() string { return c.cc.GetState().String() }

// options are the settings of the connection as grpc-go takes them.
func (c *Conn) options(ctx context.Context, env *Env, at address) ([]grpc.DialOption, error) {
	registerPolicy()
	p := &c.Params
	if at.demo && env.Demo == nil {
		return nil, paramErrorf("address", "demo:/// is there only when the worker is started with --demo")
	}
	creds, err := c.credentials(ctx, env, at)
	if err != nil {
		return nil, err
	}
	config, err := withPolicy(p.ServiceConfig)
	if err != nil {
		return nil, clientParamError(p, err)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(creds),
		grpc.WithContextDialer(c.link.dialer.dial),
		grpc.WithResolvers(dnsBuilder{c.link}, listBuilder{at.list}),
		grpc.WithDefaultServiceConfig(config),
		grpc.WithMaxHeaderListSize(maxHeaderBytes),
		grpc.WithDisableServiceConfig(), // none from DNS: a look-up for each connection
		grpc.WithIdleTimeout(0),         // connections stay open between requests
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: p.attemptTimeout()}),
		grpc.WithReadBufferSize(readBuffer),
		experimental.WithBufferPool(lender{c.buffers}),
		grpc.WithStaticStreamWindowSize(streamWindow),
		grpc.WithStaticConnWindowSize(connectionWindow),
		grpc.WithUserAgent(cmp.Or(p.UserAgent, p.Metadata.UserAgent, "grpcline/"+env.Version)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(orDefault(p.MaxReceiveBytes)),
			grpc.MaxCallSendMsgSize(orDefault(p.MaxSendBytes)),
		),
	}
	if authority, err := asciiAuthority(p.Authority); err == nil && authority != "" {
		options = append(options, grpc.WithAuthority(authority))
	}
	if k := p.Keepalive; k != nil {
		options = append(options, grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                Millis(k.TimeMs, 0),
			Timeout:             Millis(k.TimeoutMs, 0),
			PermitWithoutStream: given(k.PermitWithoutStream),
		}))
	}
	return options, nil
}

// credentials make the link to the server, whose credentials are TLS or none.
func (c *Conn) credentials(ctx context.Context, env *Env, at address) (credentials.TransportCredentials, error) {
	settings := c.Params.TLS
	if settings == nil {
		settings = &TLSSettings{}
	}
	config, err := settings.config(ctx)
	if err != nil {
		return nil, inTLS(err)
	}
	d := &dialer{stage: &stage{}}
	if at.demo {
		d.demo = env.Demo
	}
	through, err := c.Params.proxyFor(at)
	if err != nil {
		return nil, err
	}
	if through != nil {
		d.proxy = &proxy{through, &tls.Config{MinVersion: config.MinVersion, RootCAs: config.RootCAs, InsecureSkipVerify: config.InsecureSkipVerify}}
	}
	c.link = newLink(d, c.TLS)
	if !c.TLS {
		config = nil
	}
	h := newHandshake(c.link, config)
	h.noALPN = settings.RequireALPN != nil && !*settings.RequireALPN
	h.ownAuthority = c.Params.Authority != ""
	return h, nil
}

// orDefault is a size limit of messages; 0 asks for none.
func orDefault(limit *int) int {
	switch {
	case limit == nil:
		return defaultMaxBytes
	case *limit == 0 || *limit > 1<<31-1:
		return 1<<31 - 1
	}
	return *limit
}

// clientParamError says which of the params grpc-go did not like.
func clientParamError(p *ConnectionParams, err error) error {
	if p.ServiceConfig != nil {
		return paramErrorf("serviceConfig", "serviceConfig: %s", strings.TrimRight(err.Error(), ": "))
	}
	return paramErrorf("address", "address %q: %v", p.Address, err)
}

// GRPCVersion is that of grpc-go.
const GRPCVersion = grpc.Version

// Quiet keeps grpc-go from writing to stderr; its errors come back from calls. It
// must be called before the first connection.
func Quiet() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) }
