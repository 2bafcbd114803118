package grpcops

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/grpcline/grpcline/grpcops/schema"
)

var errTest = errors.New("test")

func TestDial(t *testing.T) {
	env := demoEnv(t)
	c := dial(t, env, ConnectionParams{Address: "demo:///"})
	if c.TLS || c.State() == "IDLE" {
		t.Errorf("TLS %v, %s", c.TLS, c.State())
	}
	lazy := dial(t, env, ConnectionParams{Address: "demo:///", Lazy: pointer(true)})
	if lazy.State() != "IDLE" {
		t.Errorf("a lazy connection is %s", lazy.State())
	}
}

func TestDialErrors(t *testing.T) {
	env := demoEnv(t)
	for _, test := range []struct {
		name  string
		p     ConnectionParams
		param string // at fault
		code  uint32 // or the status
		says  string
	}{
		{"address", ConnectionParams{Address: "ftp://x"}, "address", 0, "ftp"},
		{"nobody", ConnectionParams{Address: "unix:///nobody/there"}, "", 14, "/nobody/there"},
		{"a schema", ConnectionParams{Address: "demo:///", Proto: schema.Lone(schema.NewSource(`syntax = "proto9";`))}, "proto", 0, ""},
		{"a schema before the address", ConnectionParams{Address: "unix:///nobody/there", Proto: schema.Lone(schema.NewSource(`syntax = "proto9";`))}, "proto", 0, ""},
		{"TLS", ConnectionParams{Address: "demo:///", TLS: &TLSSettings{CAPem: "x"}}, "tls", 0, "caPem"},
		{"serviceConfig", ConnectionParams{Address: "demo:///", ServiceConfig: ServiceConfig(`{"methodConfig":5}`)}, "serviceConfig", 0, ""},
	} {
		_, err := env.Dial(within(t, 10*time.Second), test.p)
		var failed *StatusError
		switch {
		case test.param != "" && paramOf(err) != test.param,
			test.code != 0 && (!errors.As(err, &failed) || failed.Status.Code != test.code || failed.Origin != OriginClient),
			err == nil || !strings.Contains(err.Error(), test.says):
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	if _, err := (&Env{Schemas: schema.NewCache(schema.DefaultCacheBytes)}).Dial(t.Context(), ConnectionParams{Address: "demo:///"}); paramOf(err) != "address" || !strings.Contains(err.Error(), "--demo") {
		t.Errorf("without a demo server: %v", err)
	}
}

// TestConnectingTakesTooLong says what it was waiting for.
func TestConnectingTakesTooLong(t *testing.T) {
	for _, test := range []struct {
		name string
		tls  *TLSSettings
		dial func(ctx context.Context) (net.Conn, error)
		says string
	}{
		{"no answer", nil, func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, "does not answer"},
		{"no HTTP/2", nil, mute, "HTTP/2"},
		{"no TLS", &TLSSettings{}, mute, "TLS handshake"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env := &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: test.dial}
				p := ConnectionParams{Address: "demo:///", TLS: test.tls, ConnectTimeoutMs: pointer(5000)}
				begin := time.Now()
				_, err := env.Dial(within(t, p.ConnectTimeout()), p)
				failed := statusOfError(t, err)
				if failed.Status.Code != 4 || !strings.Contains(failed.Status.Message, test.says) || !strings.Contains(failed.Status.Message, "5s") {
					t.Errorf("got %+v", failed)
				}
				if took := time.Since(begin); took != 5*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// mute is a server that accepts and never says anything.
func mute(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	context.AfterFunc(ctx, func() { there.Close() })
	go func() {
		for buffer := make([]byte, 1024); ; {
			if _, err := there.Read(buffer); err != nil {
				return
			}
		}
	}()
	return here, nil
}

// TestConnectingIsGivenUp with the cause.
func TestConnectingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes), Demo: mute}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errTest) })
		if _, err := env.Dial(ctx, ConnectionParams{Address: "demo:///"}); !errors.Is(err, errTest) {
			t.Errorf("got %v", err)
		}
	})
}

// TestServiceConfigDoesNotBoundConnecting, whatever timeout it gives all methods.
func TestServiceConfigDoesNotBoundConnecting(t *testing.T) {
	env := scripted(t, func(rpc grpc.ServerStream) error {
		<-rpc.Context().Done() // the clock may be coarse
		return rpc.Context().Err()
	})
	p := testParams()
	p.ServiceConfig = ServiceConfig(`{"methodConfig":[{"name":[{}],"timeout":"0.000000001s"}]}`)
	c := dial(t, env, p)
	_, err := c.Call(t.Context(), target("Unary"), nil)
	if failed := statusOfError(t, err); failed.Status.Code != 4 {
		t.Errorf("the timeout of the config: %v", err)
	}
}

// TestReflectionModes say where the schema comes from.
func TestReflectionModes(t *testing.T) {
	demonstrated := demoEnv(t)
	silent := scripted(t, func(grpc.ServerStream) error { return status.Error(codes.Unimplemented, "") })
	given := schema.Lone(schema.NewSource(testProto))
	add, none, auto := ReflectionAdd, ReflectionNone, ReflectionAuto
	const demoService = "grpcline.demo.Demo"
	for _, test := range []struct {
		name string
		env  *Env
		p    ConnectionParams
		want string // a service that is known, in order; empty for an error of proto
	}{
		{"by default", demonstrated, ConnectionParams{}, demoService},
		{"auto", demonstrated, ConnectionParams{Reflection: &auto}, demoService},
		{"given", demonstrated, ConnectionParams{Proto: given}, "test.S"},
		{"added", demonstrated, ConnectionParams{Proto: given, Reflection: &add}, demoService + " test.S"},
		{"forbidden", demonstrated, ConnectionParams{Reflection: &none}, ""},
		{"forbidden, but given", demonstrated, ConnectionParams{Proto: given, Reflection: &none}, "test.S"},
		{"not offered", silent, ConnectionParams{}, ""},
	} {
		test.p.Address = "demo:///"
		c := dial(t, test.env, test.p)
		services, err := c.Services(t.Context(), nil)
		if test.want == "" {
			if paramOf(err) != "proto" {
				t.Errorf("%s: got %v, %v", test.name, services, err)
			}
			continue
		}
		own := []string{}
		for _, s := range services {
			if !strings.HasPrefix(s, "grpc.") {
				own = append(own, s)
			}
		}
		if got := strings.Join(own, " "); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v", test.name, got, err)
		}
	}
}

// TestListOfAddresses connects to the one that answers, with TLS or without.
func TestListOfAddresses(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, rpc grpc.ServerStream) error { return send(rpc, "here") }))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	p := testParams()
	p.Address = "ipv4:127.0.0.1:1," + listener.Addr().String()
	c := dial(t, &Env{Schemas: schema.NewCache(schema.DefaultCacheBytes)}, p)
	if reply, err := c.Call(within(t, 5*time.Second), target("Unary"), nil); err != nil || string(reply.Message) != `{"text":"here"}` {
		t.Errorf("got %+v, %v", reply, err)
	}
	p.Address = "ipv4:127.0.0.1:1"
	_, err = (&Env{Schemas: schema.NewCache(schema.DefaultCacheBytes)}).Dial(within(t, 5*time.Second), p)
	if failed := statusOfError(t, err); failed.Status.Code != 14 || !strings.Contains(failed.Status.Message, "refused") {
		t.Errorf("got %v", err)
	}
}

// TestTLS verifies the server's certificate for the name that is given.
func TestTLS(t *testing.T) {
	cert, key := pair(t)
	certificate, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	env := scripted(t, func(rpc grpc.ServerStream) error { return send(rpc, "safe") }, grpc.Creds(credentials.NewServerTLSFromCert(&certificate)))
	for _, test := range []struct {
		name string
		tls  *TLSSettings
		says string // of the error; empty for none
	}{
		{"verified", &TLSSettings{CAPem: cert, ServerName: "test"}, ""},
		{"another name", &TLSSettings{CAPem: cert, ServerName: "other"}, "tls.serverName"},
		{"an unknown authority", &TLSSettings{ServerName: "test"}, "tls.caPem"},
		{"not verified", &TLSSettings{DisableCertVerification: pointer(true)}, ""},
		{"no TLS", nil, "TLS"},
	} {
		p := testParams()
		p.TLS = test.tls
		c, err := env.Dial(within(t, 10*time.Second), p)
		if test.says != "" {
			if failed := statusOfError(t, err); failed.Status.Code != 14 || !strings.Contains(failed.Status.Message, test.says) {
				t.Errorf("%s: got %v", test.name, err)
			}
			continue
		}
		if err != nil || !c.TLS {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if reply, err := c.Call(t.Context(), target("Unary"), nil); err != nil || string(reply.Message) != `{"text":"safe"}` {
			t.Errorf("%s: %v", test.name, err)
		}
		c.Close()
	}
}
