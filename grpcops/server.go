package grpcops

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
)

// Server serves the services of a schema. Each call is handed to the function that
// Serve was given, on a goroutine of its own that grpc-go owns; the call ends when
// that function returns. Its owner ends the server with Stop.
type Server struct {
	Address  string   // where it listens, with the port that was free if 0 was asked for
	Services []string // the full names of what it serves, sorted

	server *grpc.Server
	served chan struct{} // closed when nothing is accepted any more
	serve  func(*ServedCall)
}

// Serve compiles the schema, within ctx, and begins to serve it. serve is called
// for each call that comes. Its error is a *ParamError, or the cause that ended ctx.
func (env *Env) Serve(ctx context.Context, p ServerParams, serve func(*ServedCall)) (*Server, error) {
	at, err := parseListenAddress(p.Address)
	if err != nil {
		return nil, err
	}
	if p.Proto == nil && p.DescriptorSet == nil {
		return nil, paramErrorf("proto", "startServer needs a schema to serve: give proto or descriptorSet")
	}
	options, err := p.options(ctx)
	if err != nil {
		return nil, err
	}
	files, err := env.Schemas.Load(ctx, schema.Given{Proto: p.Proto, ImportPaths: p.ImportPaths, DescriptorSet: p.DescriptorSet})
	if err != nil {
		return nil, schemaError(err)
	}
	services, err := chosenServices(files, p.Services)
	if err != nil {
		return nil, err
	}
	s := &Server{server: grpc.NewServer(options...), served: make(chan struct{}), serve: serve}
	s.register(files, services, &p)
	listener, err := listen(ctx, at, p.Address)
	if err != nil {
		return nil, err
	}
	s.Address = boundAddress(p.Address, listener)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // fails only when it is stopped
	}()
	return s, nil
}

// chosenServices finds the services to serve: those named, or all of the schema.
func chosenServices(files *schema.Files, names []string) ([]protoreflect.ServiceDescriptor, error) {
	if names == nil {
		if len(files.Services()) == 0 {
			return nil, paramErrorf("proto", "the schema has no service to serve")
		}
		return files.Services(), nil
	}
	chosen := make([]protoreflect.ServiceDescriptor, 0, len(names))
	given := map[protoreflect.FullName]bool{}
	for _, name := range names {
		sd, err := findService(files, name, "services")
		if err != nil {
			return nil, err
		}
		if !given[sd.FullName()] {
			given[sd.FullName()] = true
			chosen = append(chosen, sd)
		}
	}
	if len(chosen) == 0 {
		return nil, paramErrorf("services", "services names none; leave it out to serve all of the schema")
	}
	return chosen, nil
}

// options are the settings of the server as grpc-go takes them.
func (p *ServerParams) options(ctx context.Context) ([]grpc.ServerOption, error) {
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(serverCodec{}),
		grpc.WaitForHandlers(true),
		grpc.ReadBufferSize(readBuffer),
		grpc.StaticStreamWindowSize(streamWindow),
		grpc.StaticConnWindowSize(connectionWindow),
		grpc.MaxRecvMsgSize(orDefault(p.MaxReceiveBytes)),
		grpc.MaxSendMsgSize(orDefault(p.MaxSendBytes)),
	}
	creds, err := p.credentials(ctx)
	if err != nil {
		return nil, err
	}
	options = append(options, grpc.Creds(creds))
	if k := p.Keepalive; k != nil {
		options = append(options,
			grpc.KeepaliveParams(keepalive.ServerParameters{Time: Millis(k.TimeMs, 0), Timeout: Millis(k.TimeoutMs, 0)}),
			grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{PermitWithoutStream: given(k.PermitWithoutStream)}))
	}
	return options, nil
}

// register makes the methods of services known to grpc-go, and those that the
// server answers itself.
func (s *Server) register(files *schema.Files, services []protoreflect.ServiceDescriptor, p *ServerParams) {
	own := registerOwn(s.server, files, services, p)
	codec, options := files.Codec(), (*JSONOptions)(nil).over(p.JSON)
	for _, sd := range services {
		s.Services = append(s.Services, string(sd.FullName()))
		if own[string(sd.FullName())] {
			continue
		}
		desc := &grpc.ServiceDesc{ServiceName: string(sd.FullName()), Metadata: sd.ParentFile().Path()}
		for i := range sd.Methods().Len() {
			md := sd.Methods().Get(i)
			desc.Streams = append(desc.Streams, grpc.StreamDesc{
				StreamName: string(md.Name()), ClientStreams: true, ServerStreams: true, // ServedCall counts the requests
				Handler: s.handler(servedMethod(md, codec, p), options),
			})
		}
		s.server.RegisterService(desc, nil)
	}
}

// servedMethod is a method as its server has it: it sends responses and receives
// requests.
func servedMethod(md protoreflect.MethodDescriptor, codec *transcode.Codec, p *ServerParams) *method {
	name := string(md.Parent().FullName()) + "/" + string(md.Name())
	return &method{
		name: name, path: "/" + name, kind: Kind(introspect.Kind(md)),
		in: codec.Message(md.Output()), out: codec.Message(md.Input()), input: md.Output(),
		codec: codec, maxSend: orDefault(p.MaxSendBytes), maxJSON: mostJSON(p.MaxReceiveBytes),
	}
}

// handler serves the calls of one method.
func (s *Server) handler(m *method, options transcode.Options) grpc.StreamHandler {
	return func(_ any, rpc grpc.ServerStream) error {
		call := newServedCall(m, options, rpc)
		s.serve(call)
		return call.result()
	}
}

// listen opens the listener at a place. address is how the host has named that, for
// errors. A unix socket that nobody listens on any more is removed before.
func listen(ctx context.Context, at listenAddress, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, at.network, at.at)
	if err != nil && at.network == "unix" {
		switch info, lost := os.Lstat(at.at); {
		case lost != nil: // the error says why
		case info.Mode()&fs.ModeSocket == 0:
			return nil, paramErrorf("address", "cannot listen on %s: what has that name is no socket", address)
		case abandoned(ctx, at.at) && os.Remove(at.at) == nil:
			listener, err = config.Listen(ctx, at.network, at.at)
		}
	}
	if err != nil {
		return nil, paramErrorf("address", "cannot listen on %s: %s", address, listenCause(err))
	}
	return listener, nil
}

// abandoned tells whether nobody listens on the socket at path.
func abandoned(ctx context.Context, path string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		conn.Close()
		return false
	}
	return is(err, refusedNumbers)
}

// listenCause is what the system says, without the address once more, and what to
// do about it.
func listenCause(err error) string {
	switch {
	case is(err, inUseNumbers):
		return "another program listens there already"
	case errors.Is(err, fs.ErrPermission):
		return "the system does not permit it; ports below 1024 may need more rights"
	case is(err, notHereNumbers):
		return "the host is no address of this machine"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

// boundAddress is the address that was asked for, with the port that it got.
func boundAddress(asked string, listener net.Listener) string {
	bound, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return asked
	}
	host, _, _ := net.SplitHostPort(asked)
	_, port, _ := net.SplitHostPort(bound.String())
	return net.JoinHostPort(host, port)
}

// Stop takes no more calls and waits until all have ended, at most until ctx ends;
// then it breaks the connections of those that are left, and waits for them.
func (s *Server) Stop(ctx context.Context) {
	stop := context.AfterFunc(ctx, s.server.Stop)
	defer stop()
	s.server.GracefulStop()
	<-s.served
}
