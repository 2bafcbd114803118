package transcode

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// work is one message to convert.
type work struct {
	name string
	md   protoreflect.MessageDescriptor
	text []byte
	wire []byte
}

// benchSource is the shape of the messages that are measured.
const benchSource = `
syntax = "proto3";
package bench;
import "google/protobuf/struct.proto";
enum Kind { UNKNOWN = 0; COMPRESSABLE = 1; }
message Payload { Kind type = 1; bytes body = 2; }
message Request { Kind response_type = 1; int32 response_size = 2; Payload payload = 3; bool fill_username = 4; }
message Item { int64 id = 1; string name = 2; double price = 3; repeated string tags = 4; Item parent = 5; Kind kind = 6; }
message Items { repeated Item items = 1; }
message Map { map<string, int64> counts = 1; }
message Struct { google.protobuf.Struct struct = 1; }
`

func workload(t testing.TB) (*schema, []work) {
	s := compileSchema(t, map[string]string{"bench.proto": benchSource})
	base64 := func(n int) string {
		data := make([]byte, n)
		r := rand.New(rand.NewPCG(1, 1))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		return string(appendEncoded(nil, data))
	}
	var items, counts, members []string
	for i := range 100 {
		items = append(items, fmt.Sprintf(`{"id":"%d","name":"item number %d","price":%d.25,"tags":["a","bb"],"parent":{"id":"%d","name":"root"},"kind":"COMPRESSABLE"}`, i*1001, i, i, i+1))
		counts = append(counts, fmt.Sprintf(`"key%d":"%d"`, i, i*i))
		members = append(members, fmt.Sprintf(`"m%d":[%d,"text",{"deep":true}]`, i, i))
	}
	list := []work{
		{name: "small", md: s.message(t, "bench.Request"), text: []byte(`{"responseType":"COMPRESSABLE","responseSize":32,"payload":{"body":` + base64(32) + `},"fillUsername":true}`)},
		{name: "items100", md: s.message(t, "bench.Items"), text: []byte(`{"items":[` + strings.Join(items, ",") + `]}`)},
		{name: "map100", md: s.message(t, "bench.Map"), text: []byte(`{"counts":{` + strings.Join(counts, ",") + `}}`)},
		{name: "struct100", md: s.message(t, "bench.Struct"), text: []byte(`{"struct":{` + strings.Join(members, ",") + `}}`)},
		{name: "bytes64K", md: s.message(t, "bench.Request"), text: []byte(`{"payload":{"body":` + base64(64<<10) + `}}`)},
		{name: "string64K", md: s.message(t, "bench.Item"), text: []byte(`{"name":"` + strings.Repeat("plain text ", 6000) + `"}`)},
	}
	for i, w := range list {
		m := dynamicpb.NewMessage(w.md)
		if err := protojson.Unmarshal(w.text, m); err != nil {
			t.Fatal(w.name, err)
		}
		list[i].wire, _ = proto.MarshalOptions{Deterministic: true}.Marshal(m)
	}
	return s, list
}

func BenchmarkAppendWire(b *testing.B) {
	s, list := workload(b)
	for _, w := range list {
		b.Run(w.name+"/transcode", func(b *testing.B) {
			plan := s.codec.Message(w.md)
			var buf []byte
			b.SetBytes(int64(len(w.text)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = plan.AppendWire(buf[:0], w.text, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(w.name+"/protojson", func(b *testing.B) {
			b.SetBytes(int64(len(w.text)))
			b.ReportAllocs()
			for b.Loop() {
				m := dynamicpb.NewMessage(w.md)
				if err := protojson.Unmarshal(w.text, m); err != nil {
					b.Fatal(err)
				}
				if _, err := proto.Marshal(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	s, list := workload(b)
	for _, w := range list {
		b.Run(w.name+"/transcode", func(b *testing.B) {
			plan := s.codec.Message(w.md)
			var buf []byte
			b.SetBytes(int64(len(w.wire)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if buf, err = plan.AppendJSON(buf[:0], w.wire, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(w.name+"/protojson", func(b *testing.B) {
			b.SetBytes(int64(len(w.wire)))
			b.ReportAllocs()
			for b.Loop() {
				m := dynamicpb.NewMessage(w.md)
				if err := proto.Unmarshal(w.wire, m); err != nil {
					b.Fatal(err)
				}
				if _, err := protojson.Marshal(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
