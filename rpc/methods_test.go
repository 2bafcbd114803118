package rpc

import (
	"regexp"
	"strings"
	"testing"
)

// TestEveryMethod runs each method on the demo server and looks at the result; a
// part of it in parentheses may vary.
func TestEveryMethod(t *testing.T) {
	const demo, end = `"grpcline.demo.Demo"`, `"status":{"code":0,"name":"OK","message":"","details":\[\]}`
	metadata := func(name string) string { return `"` + name + `":{.*}` }
	conversation := []struct{ method, params, want string }{
		{"getConnectionParams", `["demo:///",null,{"A":"b"}]`, `{"address":"demo:///","metadata":{"a":\["b"\]}}`},
		{"getTlsSettings", `[true]`, `{"disableCertVerification":true}`},
		{"openConnection", `{"address":"demo:///","connectionId":"mine"}`, `{"connectionId":"mine","address":"demo:///","tls":false}`},
		{"isConnector", `["mine"]`, `true`},
		{"setMetadata", `["mine",{"a":"b"}]`, `{"connectionId":"mine"}`},
		{"getServiceList", `["mine"]`, `{"services":\["grpc.health.v1.Health",.*"grpcline.demo.Demo"\]}`},
		{"getMethodList", `["mine",` + demo + `]`, `{"service":"grpcline.demo.Demo","methods":\[{"name":"SayHello","kind":"unary","requestType":"grpcline.demo.HelloRequest","responseType":"grpcline.demo.HelloReply"},.*\]}`},
		{"getMethod", `["mine",` + demo + `,"Sum"]`, `{"service":"grpcline.demo.Demo","name":"Sum","path":"/grpcline.demo.Demo/Sum","kind":"clientStream","clientStreaming":true,.*"requestTemplate":{.*`},
		{"getProto", `["mine","grpcline.demo.Demo.Sum"]`, `{"files":{"demo.proto":"syntax = .*"},"descriptorSet":".*"}`},
		{"checkHealth", `["mine",` + demo + `]`, `{"status":"SERVING"}`},
		{"callMethod", `["mine",` + demo + `,"SayHello",{"name":"a"}]`, `{"message":{"greeting":"Hello, a!"},` + metadata("headers") + `,` + metadata("trailers") + `,` + end + `}`},
		{"callMethod", `[{"address":"demo:///"},` + demo + `,"SayHello"]`, `{"message":{"greeting":"Hello, world!"}.*`},
		{"processServerStream", `["mine",` + demo + `,"Countdown",{"limit":2}]`, `{"messages":\[{"value":"2"},{"value":"1"},{}\],"done":true,` + end + `,.*`},
		{"processServerStream", `{"connection":"mine","method":"grpcline.demo.Demo/Countdown","request":{"limit":2},"maxMessages":1}`, `{"messages":\[{"value":"2"}\],"done":false,"headers":{.*}}`},
		{"processClientStream", `["mine",` + demo + `,"Sum",[{"value":1},{"value":"2"}]]`, `{"message":{"sum":"3","count":2},"messagesSent":2,` + end + `,.*`},
		{"processBidiStream", `["mine",` + demo + `,"Chat",[{"text":"a"},null,{"text":"b"}]]`, `{"messages":\[{"from":"demo","text":"You said: a"},{"from":"demo","text":"You said: b"}\],"done":true,` + end + `,.*"messagesSent":2}`},
		{"initServerStream", `["mine",` + demo + `,"Countdown",{"limit":1}]`, `{"streamId":"s1"}`},
		{"getHeaders", `["mine","s1"]`, `{"streamId":"s1",` + metadata("headers") + `}`},
		{"getMessage", `["mine","s1"]`, `{"streamId":"s1","done":false,"message":{"value":"1"}}`},
		{"getMessage", `[null,"s1"]`, `{"streamId":"s1","done":false,"message":{}}`},
		{"getMessages", `{"streamId":"s1"}`, `{"streamId":"s1","done":true,"messages":\[\],` + end + `,.*`},
		{"initClientStream", `["mine",` + demo + `,"Sum"]`, `{"streamId":"s2"}`},
		{"sendMessages", `[null,"s2",[{"value":1},{"value":2}]]`, `{"streamId":"s2","sent":2}`},
		{"completeSend", `[null,"s2"]`, `{"streamId":"s2"}`},
		{"getMessage", `[null,"s2"]`, `{"streamId":"s2","done":false,"message":{"sum":"3","count":2}}`},
		{"getMessage", `[null,"s2"]`, `{"streamId":"s2","done":true,` + end + `,` + metadata("headers") + `,` + metadata("trailers") + `}`},
		{"initBidiStream", `{"connection":"mine","method":"grpcline.demo.Demo/Chat","streamId":"chat","push":{"window":1}}`, `{"streamId":"chat"}`},
		{"sendMessage", `["mine","chat",{"text":"a"}]`, `{"streamId":"chat","sent":1}`},
		{"ackMessages", `["chat",0]`, `{"streamId":"chat"}`},
		{"cancelStream", `[null,"chat"]`, `{"streamId":"chat"}`},
		{"closeStream", `[null,"chat"]`, `{"streamId":"chat"}`},
		{"getState", `[]`, `{"connections":\[{"connectionId":"mine",.*"streams":\[{"streamId":"s1",.*"servers":\[\],"requestsInFlight":0,"limits":{"maxConnections":10000,.*`},
		{"closeConnection", `["mine"]`, `{"connectionId":"mine","streamsClosed":2}`},
		{"getVersion", ``, `{"name":"grpcline","version":"test","protocol":"1[.][0-9]+","go":"go.*","grpc":"1.*"}`},
		{"rpc.discover", ``, `{"openrpc":"1.*`},
		{"ping", ``, `{}`},
		{"shutdown", ``, `{}`},
	}
	h := startHost(t, testOptions())
	done := map[string]bool{}
	for _, turn := range conversation {
		request := `{"id":"x","method":"` + turn.method + `"}`
		if turn.params != "" {
			request = `{"id":"x","method":"` + turn.method + `","params":` + turn.params + `}`
		}
		h.send(request)
		a := h.answer(`"x"`)
		if ok, err := regexp.Match("^"+turn.want+"$", a.Result); err != nil || !ok {
			t.Errorf("%s%s:\ngot  %s %+v\nwant %s", turn.method, turn.params, a.Result, a.Error, turn.want)
		}
		done[turn.method] = true
	}
	for _, m := range serverMethods() {
		done[m.Name] = true // by TestServe
	}
	for _, m := range allMethods() {
		if !done[m.Name] && !strings.HasPrefix(m.Name, "$/") {
			t.Errorf("%s was not run", m.Name)
		}
	}
	if err := <-h.served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
