package integration_test

import (
	"encoding/base64"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// interopService is grpc-go's interop service as a host serves it through a worker.
type interopService struct {
	*serving
}

// interopRequest is what its requests have, of all methods.
type interopRequest struct {
	ResponseSize       int
	ResponseParameters []struct {
		Size       int
		IntervalUs int
	}
	Payload        *struct{ Body string }
	ResponseStatus *struct {
		Code    int
		Message string
	}
}

// TestServingInterop runs grpc-go's interop client against a server that a host serves.
func TestServingInterop(t *testing.T) {
	client := filepath.Join(t.TempDir(), "client")
	build := exec.Command("go", "build", "-C", "interop", "-o", client, "./client")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the interop client does not build: %v\n%s", err, out)
	}
	s := interopService{newServing(t, obj{"proto": nil, "services": []string{"grpc.testing.TestService"}, "descriptorSet": interopSet(t)})}
	stopped := answerAll(s.serving, s.serve)
	for _, name := range []string{
		"empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
		"timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response", "status_code_and_message",
		"special_status_message", "custom_metadata", "unimplemented_method", "unimplemented_service",
	} {
		t.Run(name, func(t *testing.T) {
			run := exec.CommandContext(t.Context(), client, s.addr, name)
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	s.Must("stopServer", obj{"server": s.server, "graceMs": 0})
	<-stopped
}

// interopCall is a call of the service.
type interopCall struct {
	StreamID, Method string
	Metadata         Metadata
	Message          *interopRequest
}

// serve answers a call. Errors are those of clients that have gone.
func (s interopService) serve(call interopCall) {
	stream := obj{"streamId": call.StreamID}
	end := with(stream, obj{"trailers": obj{}})
	if echo := call.Metadata["x-grpc-test-echo-trailing-bin"]; echo != nil {
		end["trailers"] = obj{"x-grpc-test-echo-trailing-bin": echo}
	}
	if echo := call.Metadata["x-grpc-test-echo-initial"]; echo != nil {
		s.Call("sendHeaders", with(stream, obj{"metadata": obj{"x-grpc-test-echo-initial": echo}}))
	}
	switch call.Method {
	case "EmptyCall":
		end["message"] = obj{}
	case "UnaryCall":
		if status := call.Message.ResponseStatus; status != nil && status.Code != 0 {
			end["status"] = obj{"code": status.Code, "message": status.Message}
		} else {
			end["message"] = obj{"payload": zeros(call.Message.ResponseSize)}
		}
	case "StreamingInputCall":
		size := 0
		for request := nextRequest[interopRequest](s.serving, call.StreamID); request != nil; request = nextRequest[interopRequest](s.serving, call.StreamID) {
			if request.Payload != nil {
				body, _ := base64.StdEncoding.DecodeString(request.Payload.Body)
				size += len(body)
			}
		}
		end["message"] = obj{"aggregatedPayloadSize": size}
	case "StreamingOutputCall":
		s.respond(call, call.Message)
	case "FullDuplexCall":
		for request := nextRequest[interopRequest](s.serving, call.StreamID); request != nil; request = nextRequest[interopRequest](s.serving, call.StreamID) {
			if status := request.ResponseStatus; status != nil && status.Code != 0 {
				end["status"] = obj{"code": status.Code, "message": status.Message}
				break
			}
			s.respond(call, request)
		}
	default:
		end["status"] = obj{"code": "UNIMPLEMENTED"}
	}
	s.Call("finishCall", end)
}

// respond sends the responses that a request asks for.
func (s interopService) respond(call interopCall, request *interopRequest) {
	for _, p := range request.ResponseParameters {
		time.Sleep(time.Duration(p.IntervalUs) * time.Microsecond) // as the request has it
		s.Call("sendMessage", obj{"streamId": call.StreamID, "message": obj{"payload": zeros(p.Size)}})
	}
}

func zeros(size int) obj {
	return obj{"body": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", size)))}
}
