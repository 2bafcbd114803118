package integration_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"
)

// rawSource is a service whose server answers with whatever bytes it likes.
const rawSource = `syntax = "proto2"; package raw;
import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto";
message M {
  optional google.protobuf.Timestamp time = 1; optional google.protobuf.Duration duration = 2; optional google.protobuf.Value value = 3;
  optional google.protobuf.FieldMask mask = 4; optional string text = 5; optional google.protobuf.Any any = 6; optional Needy needy = 7;
  repeated M list = 8; map<string, M> map = 9; optional int32 number = 10; optional bytes junk = 11;
  repeated Name names = 12; repeated int32 other = 13;
}
enum Name { A` + "LONG_NAME_OF_TWO_HUNDRED_LETTERS_LONG_NAME_OF_TWO_HUNDRED_LETTERS_LONG_NAME_OF_TWO_HUNDRED_LETTERS_LONG_NAME_OF_TWO_HUNDRED_LETTERS" + ` = 0; }
message Needy { required int32 n = 1; }
service Raw { rpc Unary(M) returns (M); rpc Stream(M) returns (stream M); rpc Up(stream M) returns (M); rpc Both(stream M) returns (stream M); }`

// rawServer answers every request with the messages and OK. It returns the address.
func rawServer(t *testing.T, messages ...[]byte) string {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxSendMsgSize(1<<30), grpc.UnknownServiceHandler(func(_ any, rpc grpc.ServerStream) error {
		for _, wire := range messages {
			m := &emptypb.Empty{}
			m.ProtoReflect().SetUnknown(wire) // which is sent as it is
			if err := rpc.SendMsg(m); err != nil {
				return err
			}
		}
		return nil
	}))
	served := make(chan error, 1)
	go func() { served <- server.Serve(lis) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	return lis.Addr().String()
}

func rawConn(h *Host, address string, more ...obj) string {
	result := h.Must("openConnection", with(obj{"address": address, "proto": rawSource}, more...))
	return decode[struct{ ConnectionID string }](h, result).ConnectionID
}

// undecodable is what stands for a message that JSON cannot hold.
type undecodable struct {
	Undecodable struct {
		Path   *string `json:"path"`
		Reason string  `json:"reason"`
		Value  []byte  `json:"value"`
	} `json:"@undecodable"`
}

// field is a field whose value has a length.
func field(number protowire.Number, body ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), slices.Concat(body...))
}

// numbered64 is a field whose value is a number.
func numbered64(number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), v)
}

// TestUndecodable has a server send messages that JSON cannot hold between two that it
// can: each comes in its place, by every way that messages come, and the call is OK.
func TestUndecodable(t *testing.T) {
	good := numbered64(10, 7)
	h := Start(t)
	for name, tt := range map[string]struct {
		wire         []byte
		path, reason string
	}{
		"a timestamp in milliseconds":      {field(1, numbered64(1, 1_700_000_000_000)), "time", "no google.protobuf.Timestamp"},
		"a duration of two signs":          {field(2, numbered64(1, 1), numbered64(2, 1<<64-1)), "duration", "no google.protobuf.Duration"},
		"NaN in a Value":                   {field(3, []byte("\x11\x00\x00\x00\x00\x00\x00\xf8\x7f")), "value", "NaN"},
		"an infinity in a Value's list":    {field(3, field(6, field(1, []byte("\x11\x00\x00\x00\x00\x00\x00\xf0\x7f")))), "value[0]", "infinity"},
		"a mask that does not come back":   {field(4, field(1, []byte("a_1"))), "mask", "google.protobuf.FieldMask"},
		"text that is no UTF-8":            {field(5, []byte("\xff\xfe")), "text", "UTF-8"},
		"a key that is no UTF-8":           {field(9, field(1, []byte("\xff"))), "map", "UTF-8"},
		"deep inside":                      {slices.Concat(field(8), field(8, field(9, field(1, []byte("k")), field(2, field(5, []byte("\xff")))))), `list[1].map["k"].text`, "UTF-8"},
		"bytes that do not parse":          {[]byte("\xff"), "", "not a protobuf message"},
		"a length beyond the end":          {[]byte("\x2a\x7fabc"), "", "not a protobuf message"},
		"a group that does not end":        {[]byte("\x9b\x01"), "", "not a protobuf message"},
		"an Any whose content breaks off":  {field(6, field(1, []byte("/raw.M")), field(2, []byte("\x2a\x7f"))), "any", "not a protobuf message"},
		"a required field that is missing": {field(7), "needy.n", "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := tt.wire
			check := func(how string, raw json.RawMessage) {
				t.Helper()
				got := decode[undecodable](h, raw).Undecodable
				if got.Path == nil || *got.Path != tt.path || !strings.Contains(got.Reason, tt.reason) || !bytes.Equal(got.Value, bad) {
					t.Errorf("%s: %s, want path %q, reason %q, value %s", how, raw, tt.path, tt.reason, base64.StdEncoding.EncodeToString(bad))
				}
			}
			all := func(how string, messages []json.RawMessage) {
				t.Helper()
				if len(messages) != 3 || string(messages[0]) != `{"number":7}` || string(messages[2]) != `{"number":7}` {
					t.Errorf("%s: %s", how, messages)
					return
				}
				check(how, messages[1])
			}
			conn := rawConn(h, rawServer(t, bad))
			type ending struct {
				Done     bool              `json:"done"`
				Message  json.RawMessage   `json:"message"`
				Messages []json.RawMessage `json:"messages"`
				Status   Status            `json:"status"`
			}
			params := func(method string, more ...obj) obj {
				return with(obj{"connection": conn, "service": "raw.Raw", "method": method}, more...)
			}
			for how, result := range map[string]json.RawMessage{
				"callMethod":          h.Must("callMethod", params("Unary", obj{"request": obj{}})),
				"processClientStream": h.Must("processClientStream", params("Up", obj{"requests": []any{}})),
			} {
				got := decode[ending](h, result)
				check(how, got.Message)
				if got.Status.Name != "OK" {
					t.Errorf("%s: %+v", how, got.Status)
				}
			}
			conn = rawConn(h, rawServer(t, good, bad, good))
			all("processServerStream", decode[ending](h, h.Must("processServerStream", params("Stream", obj{"request": obj{}}))).Messages)
			all("processBidiStream", decode[ending](h, h.Must("processBidiStream", params("Both", obj{"exchangeOrder": []any{nil}}))).Messages)
			stream := decode[struct{ StreamID string }](h, h.Must("initServerStream", params("Stream", obj{"request": obj{}})))
			var one []json.RawMessage
			for range 3 {
				one = append(one, decode[ending](h, h.Must("getMessage", obj{"streamId": stream.StreamID})).Message)
			}
			all("getMessage", one)
			if end := decode[ending](h, h.Must("getMessage", obj{"streamId": stream.StreamID})); !end.Done || end.Status.Name != "OK" {
				t.Errorf("%+v", end)
			}
			h.Must("initServerStream", params("Stream", obj{"request": obj{}, "push": true}))
			one = nil
			for range 3 {
				one = append(one, decode[ending](h, h.Notification().Params).Message)
			}
			all("push", one)
			if end := h.Notification(); end.Method != "streamEnd" {
				t.Errorf("%+v", end)
			}
		})
	}
}

// TestTooMuchJSON has a server send little that becomes much: the call fails with
// RESOURCE_EXHAUSTED, the worker's memory stays bounded, and others do not notice.
func TestTooMuchJSON(t *testing.T) {
	h := Start(t)
	conn := rawConn(h, rawServer(t, field(12, make([]byte, 4<<20))), obj{"maxReceiveBytes": 5 << 20})
	params := obj{"connection": conn, "service": "raw.Raw", "request": obj{}}
	other := rawConn(h, rawServer(t, numbered64(10, 7)))
	for _, method := range []string{"callMethod", "processServerStream"} {
		name := map[string]string{"callMethod": "Unary", "processServerStream": "Stream"}[method]
		err := h.Fail(method, with(params, obj{"method": name}), 8)
		if !strings.Contains(err.Message, "maxReceiveBytes") || !strings.Contains(err.Message, fmt.Sprint(40<<20)) {
			t.Errorf("%v", err)
		}
	}
	stream := decode[struct{ StreamID string }](h, h.Must("initServerStream", with(params, obj{"method": "Stream"}))).StreamID
	for range 2 {
		h.Fail("getMessage", obj{"streamId": stream}, 8)
	}
	h.Must("callMethod", obj{"connection": other, "service": "raw.Raw", "method": "Unary", "request": obj{}})
	if peak := peakMemory(t, h.PID()); !raceEnabled && peak > 400<<20 {
		t.Errorf("the worker has taken %d MiB", peak>>20)
	}
}

// TestHostileMessages has a server send the messages on which decoders spend memory:
// the worker's is a few times what was sent.
func TestHostileMessages(t *testing.T) {
	size := 16 << 20
	if testing.Short() || raceEnabled {
		size = 1 << 20
	}
	again := func(fields ...[]byte) []byte {
		one := slices.Concat(fields...)
		return bytes.Repeat(one, size/len(one))
	}
	deep := []byte(nil)
	for range 2500 {
		deep = slices.Concat(field(6, field(1, deep)), field(6))
	}
	for name, tt := range map[string]struct {
		wire  []byte
		times int
	}{
		"two fields alternate":     {again(numbered64(10, 1), field(11)), 6},
		"two lists alternate":      {again(numbered64(12, 0), numbered64(13, 0)), 26},
		"a map entry repeated":     {again(field(9), field(9, field(1, []byte("k")))), 6},
		"one message in pieces":    {again(field(7, numbered64(1, 1))), 20},
		"unknown fields":           {again(numbered64(127, 1)), 6},
		"a deep Value given twice": {field(3, deep), 6},
	} {
		t.Run(name, func(t *testing.T) {
			h := Start(t)
			conn := rawConn(h, rawServer(t, tt.wire))
			before := peakMemory(t, h.PID())
			h.Must("callMethod", obj{"connection": conn, "service": "raw.Raw", "method": "Unary", "request": obj{}, "timeoutMs": 60_000, "json": obj{"enumsAsNumbers": true}})
			peak := peakMemory(t, h.PID()) - before
			if most := int64(64<<20 + tt.times*size); !raceEnabled && peak > most {
				t.Errorf("the worker has taken %d MiB for %d MiB, more than %d", peak>>20, len(tt.wire)>>20, most>>20)
			}
			t.Logf("%s: %d MiB for %d", name, peak>>20, len(tt.wire)>>20)
		})
	}
}
