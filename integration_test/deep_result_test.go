package integration_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
	"google.golang.org/protobuf/encoding/protowire"
)

// deepSink is a kitchen.v3.Sink whose node has children so deep.
func deepSink(levels int) []byte {
	// Written from the inside out, and so back to front.
	var reversed []byte
	size := 0
	for level := range levels {
		field := protowire.Number(2) // children
		if level == levels-1 {
			field = 17 // node
		}
		head := protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(size))
		size += len(head)
		slices.Reverse(head)
		reversed = append(reversed, head...)
	}
	slices.Reverse(reversed)
	return reversed
}

// TestDeepResults receives messages nested deeper than input may be: what
// protobuf takes is written as it is, and the rest is handed out as what no decoder
// takes.
func TestDeepResults(t *testing.T) {
	r := newRig(t)
	for levels, undecodable := range map[int]bool{10: false, 2000: false, 4000: false, 20_000: true, 200_000: true} {
		raw := base64.StdEncoding.EncodeToString(deepSink(levels))
		result, err := r.Call("callMethod", obj{
			"connection": r.conn, "method": "kitchen.v3.Echo/Sink",
			"metadata": obj{"script": testserver.Script(testserver.Step{Receive: 1}, testserver.Step{Raw: raw})},
		})
		switch {
		case err != nil:
			t.Errorf("%d levels: %v", levels, err)
		case undecodable:
			if !bytes.Contains(result, []byte(`"@undecodable":{"path":"`)) || !bytes.Contains(result, []byte(`"value":"`+raw+`"`)) {
				t.Errorf("%d levels came as %.200s", levels, result)
			}
		case bytes.Count(result, []byte(`"children"`)) != levels-1:
			t.Errorf("%d levels came as %d", levels, bytes.Count(result, []byte(`"children"`))+1)
		}
	}
	r.ping()
}
