package integration_test

import (
	"encoding/json"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// inspect makes a unary call and returns what the server saw of it.
func inspect(h *Host, conn any, more ...obj) testserver.Inspection {
	h.t.Helper()
	params := scripted(conn, "Unary", nil, append([]obj{{"request": obj{}}}, more...)...)
	params["metadata"] = with(obj{"script": testserver.Script(testserver.Step{Inspect: true})}, metadataOf(params))
	got := decode[struct {
		Message struct{ Text string }
	}](h, h.Must("callMethod", params))
	var seen testserver.Inspection
	if err := json.Unmarshal([]byte(got.Message.Text), &seen); err != nil {
		h.fatalf("%v in %q", err, got.Message.Text)
	}
	return seen
}

func metadataOf(params obj) obj {
	if md, ok := params["metadata"].(obj); ok {
		return md
	}
	return nil
}
