package integration_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// wrongAnswers are what servers and proxies do at a method that they do not know.
func wrongAnswers() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"no content-type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusOK)
		},
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>Welcome</html>")) // the client may have gone
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login", http.StatusMovedPermanently)
		},
		"a reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"an end":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/grpc") },
		"a closed connection": func(_ http.ResponseWriter, r *http.Request) {
			r.Context().Value(testserver.ConnKey{}).(net.Conn).Close()
		},
	}
	for _, code := range []int{400, 401, 403, 404, 405, 415, 426, 429, 500, 501, 502, 503, 504} {
		all[fmt.Sprint("HTTP ", code)] = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", code) }
	}
	for _, code := range []codes.Code{codes.Unimplemented, codes.Unknown, codes.PermissionDenied, codes.Internal, codes.ResourceExhausted} {
		all["status "+code.String()] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("Grpc-Status", fmt.Sprint(int(code)))
		}
	}
	return all
}

// TestReflectionFallsBack has a server that answers v1alpha, and v1 in a wrong way.
func TestReflectionFallsBack(t *testing.T) {
	h := Start(t)
	for name, misdeed := range wrongAnswers() {
		t.Run(name, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{Reflection: "v1alpha", Front: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.URL.Path, "/grpc.reflection.v1.") {
						misdeed(w, r)
						return
					}
					next.ServeHTTP(w, r)
				})
			}})
			h.Must("callMethod", scripted(obj{"address": server.Addr}, "Unary", nil, obj{"request": obj{}}))
		})
	}
}

// TestReflectionFailsTwice wants the first error: the second is that of a version
// that the server may never have had.
func TestReflectionFailsTwice(t *testing.T) {
	h := Start(t)
	for name, want := range map[string]struct {
		first, second int
		code          int
		says          string
	}{
		"503 and 404": {503, 404, 14, "503"},
		"403 and 500": {403, 500, 7, "403"},
		"404 and 403": {404, 403, 7, "403"},
		"404 twice":   {404, 404, -32602, "no reflection"},
	} {
		t.Run(name, func(t *testing.T) {
			server := testserver.Start(t, testserver.Options{Front: func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					code := want.first
					if strings.HasPrefix(r.URL.Path, "/grpc.reflection.v1alpha.") {
						code = want.second
					}
					w.WriteHeader(code)
				})
			}})
			err := h.Fail("getServiceList", obj{"connection": obj{"address": server.Addr}}, want.code)
			if !strings.Contains(err.Message, want.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

const echoService = `service %s { rpc Echo(%s) returns (%s); rpc Stream(%s) returns (stream %s); }`

// echo is a service whose methods take and give one type.
func echo(name, message string) string {
	return fmt.Sprintf(echoService, name, message, message, message, message)
}

// echoes calls a method of a Described server and wants the request back.
func (h *Host) echoes(conn any, service string, message obj) {
	h.t.Helper()
	got := h.Must("callMethod", obj{"connection": conn, "service": service, "method": "Echo", "request": message})
	reply := decode[struct{ Message obj }](h, got)
	if fmt.Sprint(reply.Message) != fmt.Sprint(message) {
		h.t.Errorf("%s: got %v, want %v", service, reply.Message, message)
	}
}

// TestReflectionFilesOfOneName has files of one name and different contents.
func TestReflectionFilesOfOneName(t *testing.T) {
	server := testserver.Describe(t,
		testserver.Source{Name: "api.proto", Text: `syntax = "proto3"; package a; message A { string one = 1; } ` + echo("S", "A")},
		testserver.Source{Name: "api.proto", Text: `syntax = "proto3"; package b; message B { string two = 1; } ` + echo("S", "B")},
		testserver.Source{Name: "api.proto", Text: `syntax = "proto3"; package c; message C { string three = 1; }`},
		testserver.Source{Name: "user.proto", Text: `syntax = "proto3"; package d; import "api.proto"; message D { c.C c = 1; } ` + echo("S", "D")},
	)
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	h.echoes("c1", "a.S", obj{"one": "x"})
	h.echoes("c1", "b.S", obj{"two": "x"})
	h.echoes("c1", "d.S", obj{"c": obj{"three": "x"}})
	h.exportAgain("c1")
}

// TestReflectionPartly has servers a part of whose schema is missing or broken: it
// costs what needs that part.
func TestReflectionPartly(t *testing.T) {
	good := testserver.Source{Name: "good.proto", Text: `syntax = "proto3"; package good; message G { string g = 1; } ` + echo("S", "G")}
	needy := testserver.Source{Name: "needy.proto", Text: `syntax = "proto3"; package needy; import "part.proto"; message N { part.P p = 1; string n = 2; } ` + echo("S", "N")}
	text := `syntax = "proto3"; package part; message P { string p = 1; }`
	for name, c := range map[string]struct {
		part testserver.Source
		sees obj // what the needy service carries
	}{
		"given by its name": {testserver.Source{Name: "part.proto", Text: text, ByName: true}, obj{"n": "x", "p": obj{"p": "y"}}},
		"known by its type": {testserver.Source{Name: "part.proto", Text: text}, obj{"n": "x", "p": obj{"p": "y"}}},
		"broken": {testserver.Source{Name: "part.proto", Text: text, Spoil: func(f *descriptorpb.FileDescriptorProto) {
			f.MessageType[0].Field[0].Number = new(int32)
		}}, obj{"n": "x", "p": "CgF5"}},
		"ends the stream":        {testserver.Source{Name: "part.proto", Text: text, Unanswered: testserver.Refuse(codes.Internal)}, obj{"n": "x", "p": "CgF5"}},
		"is said to be too busy": {testserver.Source{Name: "part.proto", Text: text, ByName: true, Unanswered: testserver.Refuse(codes.Unavailable)}, obj{"n": "x", "p": "CgF5"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := Start(t)
			server := testserver.Describe(t, good, c.part, needy)
			h.Must("openConnection", obj{"address": server.Addr})
			h.echoes("c1", "good.S", obj{"g": "x"})
			h.echoes("c1", "needy.S", c.sees)
			h.exportAgain("c1")
		})
	}
}

// TestReflectionAskedAgain deploys a server anew: what was not known is asked for
// again, at most once a second.
func TestReflectionAskedAgain(t *testing.T) {
	old := testserver.Source{Name: "old.proto", Text: `syntax = "proto3"; package old; message O { string o = 1; } ` + echo("S", "O")}
	server := testserver.Describe(t, old)
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	h.echoes("c1", "old.S", obj{"o": "x"})
	newer := testserver.Source{Name: "new.proto", Text: `syntax = "proto3"; package fresh; message F { string f = 1; } ` + echo("S", "F")}
	server.Deploy(old, newer)
	h.echoes("c1", "fresh.S", obj{"f": "x"})
	if n := server.Asked(""); n != 2 {
		t.Errorf("the services were listed %d times", n)
	}
	var calls []*Pending
	for range 50 {
		calls = append(calls, h.Go("getMethodList", obj{"connection": "c1", "service": "fresh.T"}))
	}
	for _, c := range calls {
		if _, err := c.Wait(); err == nil || err.Code != -32602 || !strings.Contains(err.Message, "fresh.S") {
			t.Errorf("%v", err)
		}
	}
	if n := server.Asked(""); n > 3 {
		t.Errorf("the services were listed %d times", n)
	}
	h.echoes("c1", "old.S", obj{"o": "x"})
}

// hiddenSchema is a service whose messages hold what no file of it names.
func hiddenSchema() []testserver.Source {
	return []testserver.Source{
		{Name: "seen.proto", Text: `syntax = "proto2"; package seen; import "google/protobuf/any.proto";
			message S { optional google.protobuf.Any any = 1; repeated google.protobuf.Any more = 2; extensions 100 to 200; } ` + echo("Echo", "S")},
		{Name: "hidden.proto", Text: `syntax = "proto3"; package hidden; message H { string h = 1; Part part = 2; bytes value = 3; } message Part { int64 n = 1; }`},
		{Name: "extends.proto", Text: `syntax = "proto2"; package extends; import "seen.proto"; extend seen.S { optional string note = 123; optional Kind kind = 124; } enum Kind { NONE = 0; SOME = 1; }`, Untold: true},
	}
}

// TestReflectionTypesMet has messages that name types and extensions of which the
// server tells only if it is asked for them.
func TestReflectionTypesMet(t *testing.T) {
	server := testserver.Describe(t, hiddenSchema()...)
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	hidden := obj{"@type": "type.googleapis.com/hidden.H", "h": "x", "part": obj{"n": "5"}, "value": "AAE="}
	h.echoes("c1", "seen.Echo", obj{"any": hidden, "more": []any{hidden}})
	h.echoes("c1", "seen.Echo", obj{"[extends.note]": "x", "[extends.kind]": "SOME"})
	if n := server.Asked("hidden.H"); n != 1 {
		t.Errorf("the type was asked for %d times", n)
	}

	// Another connection meets them in what it receives.
	h.Must("openConnection", obj{"address": server.Addr})
	message := obj{"any": hidden, "[extends.note]": "x"}
	wire := server.Message("seen.S", `{}`)
	inner := server.Message("hidden.H", `{"h":"x","part":{"n":5},"value":"AAE="}`)
	wire = protowire.AppendBytes(protowire.AppendTag(wire, 1, protowire.BytesType), server.Any("hidden.H", inner))
	wire = protowire.AppendString(protowire.AppendTag(wire, 123, protowire.BytesType), "x")
	server.ReplyBytes("/seen.Echo/Stream", wire, wire)
	got := decode[struct{ Messages []obj }](h, h.Must("processServerStream", obj{"connection": "c2", "service": "seen.Echo", "method": "Stream"}))
	if fmt.Sprint(got.Messages) != fmt.Sprint([]obj{message, message}) {
		t.Errorf("got %v, want %v twice", got.Messages, message)
	}
	if n := server.Asked("hidden.H"); n != 2 {
		t.Errorf("the type was asked for %d times", n)
	}
	if files := h.export("c2").Files; files["hidden.proto"] == "" || files["extends.proto"] == "" {
		t.Errorf("what was learned is not exported")
	}

	// A third one in an error.
	h.Must("openConnection", obj{"address": server.Addr})
	server.Reply("/seen.Echo/Echo", func(grpc.ServerStream, []byte) error {
		s := &spb.Status{Code: 9, Message: "no", Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/hidden.H", Value: inner}}}
		return status.FromProto(s).Err()
	})
	err := h.Fail("callMethod", obj{"connection": "c3", "service": "seen.Echo", "method": "Echo"}, 9)
	if detail := string(err.Data.Status.Details[0]); !sameJSON(t, detail, `{"@type":"type.googleapis.com/hidden.H","h":"x","part":{"n":"5"},"value":"AAE="}`) {
		t.Errorf("the detail is %s", detail)
	}
}

// TestReflectionTypesUnknown meets types that the server does not know either: each is
// asked for once, and comes as it is.
func TestReflectionTypesUnknown(t *testing.T) {
	server := testserver.Describe(t, hiddenSchema()...)
	h := Start(t)
	h.Must("openConnection", obj{"address": server.Addr})
	nobody := obj{"@type": "type.googleapis.com/nobody.N", "value": "CgF5"}
	messages := make([]any, 100)
	for i := range messages {
		messages[i] = nobody
	}
	for range 3 {
		h.echoes("c1", "seen.Echo", obj{"more": messages})
	}
	if n := server.Asked("nobody.N"); n != 1 {
		t.Errorf("the type was asked for %d times", n)
	}
	err := h.Fail("callMethod", obj{"connection": "c1", "service": "seen.Echo", "method": "Echo", "request": obj{"[nobody.note]": 1}}, -32602)
	if !strings.Contains(err.Message, "[nobody.note]") {
		t.Errorf("%v", err)
	}
	// Without reflection nothing is asked for.
	given := obj{"address": server.Addr, "proto": hiddenSchema()[0].Text}
	h.echoes(given, "seen.Echo", obj{"any": obj{"@type": "type.googleapis.com/hidden.H", "value": "CgF5"}})
	if n := server.Asked("hidden.H"); n != 0 {
		t.Errorf("the type was asked for %d times", n)
	}
}
