package integration_test

import (
	"encoding/json"
	"testing"
)

// rawMessage is a message of the interop services, as it came.
type rawMessage = json.RawMessage

func (i *interop) expectStatus(t *testing.T, err *RPCError, message string) {
	t.Helper()
	if err.Data.Status.Message != message || err.Data.Origin != "server" {
		t.Errorf("%v, want the message %q", err, message)
	}
}

func statusCodeAndMessage(i *interop, t *testing.T) {
	const message = "test status message"
	request := obj{"responseStatus": obj{"code": 2, "message": message}}
	i.expectStatus(t, i.Fail("callMethod", i.params("UnaryCall", obj{"request": request}), 2), message)
	i.expectStatus(t, i.Fail("processBidiStream", i.params("FullDuplexCall", obj{"exchangeOrder": []any{request, nil}}), 2), message)
}

func specialStatusMessage(i *interop, t *testing.T) {
	const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
	request := obj{"responseStatus": obj{"code": 2, "message": message}}
	i.expectStatus(t, i.Fail("callMethod", i.params("UnaryCall", obj{"request": request}), 2), message)
}

func unimplementedMethod(i *interop, _ *testing.T) {
	i.Fail("callMethod", i.params("UnimplementedCall", obj{"request": obj{}}), 12)
}

func unimplementedService(i *interop, _ *testing.T) {
	i.Fail("callMethod", i.params("UnimplementedCall", obj{"service": "grpc.testing.UnimplementedService", "request": obj{}}), 12)
}

func cancelAfterBegin(i *interop, t *testing.T) {
	stream := i.init("initClientStream", "StreamingInputCall", obj{"metadata": obj{"key1": "value1", "key2": "value2"}})
	i.Must("cancelStream", obj{"streamId": stream})
	if err := i.Fail("getMessage", obj{"streamId": stream}, 1); err.Data.Origin != "client" {
		t.Errorf("%v", err)
	}
}

func cancelAfterFirstResponse(i *interop, t *testing.T) {
	stream := i.init("initBidiStream", "FullDuplexCall")
	i.Must("sendMessage", obj{"streamId": stream, "message": pingPongRequest(31415, 27182)})
	if m := decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream})); i.size(m.Message) != 31415 {
		t.Errorf("%d bytes", i.size(m.Message))
	}
	i.Must("cancelStream", obj{"streamId": stream})
	i.Fail("getMessage", obj{"streamId": stream}, 1)
}

func timeoutOnSleepingServer(i *interop, _ *testing.T) {
	request := pingPongRequest(1, 1)
	request["responseParameters"] = []any{obj{"size": 1, "intervalUs": 60_000_000}}
	stream := i.init("initBidiStream", "FullDuplexCall", obj{"deadlineMs": 50})
	i.Go("sendMessage", obj{"streamId": stream, "message": request}).Wait() // may come too late
	i.Fail("getMessage", obj{"streamId": stream}, 4)
}

// TestInteropTLS connects to the interop server with its own certificates,
// whose names are not the host's.
func TestInteropTLS(t *testing.T) {
	port, _ := startInterop(t, "--use_tls")
	h := Start(t)
	err := h.Fail("openConnection", obj{"address": "localhost:" + port, "tls": obj{}}, 14)
	if err.Data.Origin != "client" {
		t.Errorf("%v", err)
	}
	h.Must("openConnection", obj{"address": "localhost:" + port, "tls": obj{"disableCertVerification": true}, "descriptorSet": interopSet(t)})
	h.Must("callMethod", obj{"connection": "c2", "method": testService + "/EmptyCall"})
}
