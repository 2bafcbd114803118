package integration_test

import (
	"encoding/base64"
	"slices"
	"testing"
)

const testService = "grpc.testing.TestService"

// interop is a worker with a connection to the interop server. Its tests are
// named after the cases of grpc's interop-test-descriptions.md.
type interop struct {
	*Host
	conn string
}

func (i *interop) params(method string, more ...obj) obj {
	return with(obj{"connection": i.conn, "service": testService, "method": method}, more...)
}

// size returns how long the payload of a message is.
func (i *interop) size(raw []byte) int {
	i.t.Helper()
	m := decode[struct {
		Payload struct{ Body []byte }
	}](i.Host, raw)
	return len(m.Payload.Body)
}

type interopAnswer struct {
	Done     bool
	Message  rawMessage
	Messages []rawMessage
	Headers  Metadata
	Trailers Metadata
	Status   *Status
}

func TestInterop(t *testing.T) {
	port, _ := startInterop(t)
	i := &interop{Host: Start(t)}
	i.conn = decode[struct{ ConnectionID string }](i.Host, i.Must("openConnection", obj{
		"address": "localhost:" + port, "descriptorSet": obj{"base64": interopSet(t)}, "timeoutMs": 30000,
	})).ConnectionID
	for name, test := range map[string]func(*interop, *testing.T){
		"empty_unary": emptyUnary, "large_unary": largeUnary, "client_streaming": clientStreaming, "server_streaming": serverStreaming,
		"ping_pong": pingPong, "empty_stream": emptyStream, "custom_metadata": customMetadata,
		"status_code_and_message": statusCodeAndMessage, "special_status_message": specialStatusMessage,
		"unimplemented_method": unimplementedMethod, "unimplemented_service": unimplementedService,
		"cancel_after_begin": cancelAfterBegin, "cancel_after_first_response": cancelAfterFirstResponse,
		"timeout_on_sleeping_server": timeoutOnSleepingServer,
	} {
		t.Run(name, func(t *testing.T) { test(i, t) })
	}
}

func emptyUnary(i *interop, t *testing.T) {
	got := decode[interopAnswer](i.Host, i.Must("callMethod", i.params("EmptyCall", obj{"request": obj{}})))
	if string(got.Message) != "{}" || got.Status.Code != 0 {
		t.Errorf("%s %+v", got.Message, got.Status)
	}
}

func largeUnary(i *interop, t *testing.T) {
	got := decode[interopAnswer](i.Host, i.Must("callMethod", i.params("UnaryCall", obj{
		"request": obj{"responseSize": 314159, "payload": obj{"body": base64Zeros(271828)}},
	})))
	if n := i.size(got.Message); n != 314159 {
		t.Errorf("%d bytes", n)
	}
}

func clientStreaming(i *interop, t *testing.T) {
	var requests []any
	for _, n := range []int{27182, 8, 1828, 45904} {
		requests = append(requests, obj{"payload": obj{"body": base64Zeros(n)}})
	}
	got := decode[interopAnswer](i.Host, i.Must("processClientStream", i.params("StreamingInputCall", obj{"requests": requests})))
	if !sameJSON(t, string(got.Message), `{"aggregatedPayloadSize":74922}`) {
		t.Errorf("%s", got.Message)
	}
	stream := i.init("initClientStream", "StreamingInputCall")
	for _, request := range requests {
		i.Must("sendMessage", obj{"streamId": stream, "message": request})
	}
	i.Must("completeSend", obj{"streamId": stream})
	got = decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream}))
	if !sameJSON(t, string(got.Message), `{"aggregatedPayloadSize":74922}`) {
		t.Errorf("%s", got.Message)
	}
}

func serverStreaming(i *interop, t *testing.T) {
	want := []int{31415, 9, 2653, 58979}
	var parameters []any
	for _, n := range want {
		parameters = append(parameters, obj{"size": n})
	}
	request := obj{"request": obj{"responseParameters": parameters}}
	got := decode[interopAnswer](i.Host, i.Must("processServerStream", i.params("StreamingOutputCall", request)))
	var sizes []int
	for _, m := range got.Messages {
		sizes = append(sizes, i.size(m))
	}
	if !slices.Equal(sizes, want) || !got.Done {
		t.Errorf("sizes %v", sizes)
	}
	stream := i.init("initServerStream", "StreamingOutputCall", request)
	for _, n := range want {
		if m := decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream})); i.size(m.Message) != n {
			t.Errorf("%d bytes, want %d", i.size(m.Message), n)
		}
	}
	if end := decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream})); !end.Done {
		t.Errorf("no end but %s", end.Message)
	}
}

// init starts a stream and returns its id.
func (i *interop) init(kind, method string, more ...obj) string {
	i.t.Helper()
	return decode[struct{ StreamID string }](i.Host, i.Must(kind, i.params(method, more...))).StreamID
}

func pingPongRequest(response, payload int) obj {
	return obj{"responseParameters": []any{obj{"size": response}}, "payload": obj{"body": base64Zeros(payload)}}
}

func pingPong(i *interop, t *testing.T) {
	stream := i.init("initBidiStream", "FullDuplexCall")
	for _, n := range [][2]int{{31415, 27182}, {9, 8}, {2653, 1828}, {58979, 45904}} {
		i.Must("sendMessage", obj{"streamId": stream, "message": pingPongRequest(n[0], n[1])})
		if m := decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream})); i.size(m.Message) != n[0] {
			t.Errorf("%d bytes, want %d", i.size(m.Message), n[0])
		}
	}
	i.Must("completeSend", obj{"streamId": stream})
	if end := decode[interopAnswer](i.Host, i.Must("getMessage", obj{"streamId": stream})); !end.Done {
		t.Errorf("no end but %s", end.Message)
	}
}

func emptyStream(i *interop, t *testing.T) {
	got := decode[interopAnswer](i.Host, i.Must("processBidiStream", i.params("FullDuplexCall", obj{"exchangeOrder": []any{}})))
	if len(got.Messages) != 0 || !got.Done {
		t.Errorf("%+v", got)
	}
}

func customMetadata(i *interop, t *testing.T) {
	binary := base64.StdEncoding.EncodeToString([]byte("\x0a\x0b\x0a\x0b\x0a\x0b"))
	metadata := obj{"x-grpc-test-echo-initial": "test_initial_metadata_value", "x-grpc-test-echo-trailing-bin": binary}
	for kind, params := range map[string]obj{
		"callMethod":        i.params("UnaryCall", obj{"request": obj{"responseSize": 1, "payload": obj{"body": "AA=="}}}),
		"processBidiStream": i.params("FullDuplexCall", obj{"exchangeOrder": []any{pingPongRequest(1, 1), nil}}),
	} {
		got := decode[interopAnswer](i.Host, i.Must(kind, with(params, obj{"metadata": metadata})))
		if !slices.Equal(got.Headers["x-grpc-test-echo-initial"], []string{"test_initial_metadata_value"}) ||
			!slices.Equal(got.Trailers["x-grpc-test-echo-trailing-bin"], []string{binary}) {
			t.Errorf("%s: headers %v, trailers %v", kind, got.Headers, got.Trailers)
		}
	}
}
