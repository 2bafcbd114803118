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
import "google/protobuf/timestamp.proto";
enum Kind { UNKNOWN = 0; COMPRESSABLE = 1; }
message Payload { Kind type = 1; bytes body = 2; }
message Request { Kind response_type = 1; int32 response_size = 2; Payload payload = 3; bool fill_username = 4; }
message Item { int64 id = 1; string name = 2; double price = 3; repeated string tags = 4; Item parent = 5; Kind kind = 6; }
message Items { repeated Item items = 1; }
message Map { map<string, int64> counts = 1; }
message Struct { google.protobuf.Struct struct = 1; }
message Address { string street = 1; string city = 2; string zip = 3; double latitude = 4; double longitude = 5; map<string, string> notes = 6; }
message Line { string sku = 1; string title = 2; int32 count = 3; int64 cents = 4; double weight = 5; repeated string tags = 6; map<string, string> attributes = 7; bool gift = 8; Kind kind = 9; }
message Order {
  string id = 1; int64 number = 2; string customer_name = 3; string email = 4; Address shipping = 5; Address billing = 6; repeated Line lines = 7;
  map<string, int64> counters = 8; map<string, string> labels = 9; double total = 10; string comment = 11; google.protobuf.Timestamp created_at = 12; repeated int64 related = 13; bool paid = 14;
}
`

// order is an everyday message of some 10 KB.
func order() string {
	address := func(n int) string {
		return fmt.Sprintf(`{"street":"%d Long Street","city":"Springfield","zip":"0%d","latitude":59.93%d,"longitude":-30.3%d,"notes":{"door":"blue","floor":"%d"}}`, n, n*111, n, n, n)
	}
	var lines, labels, counters, related []string
	for i := range 24 {
		lines = append(lines, fmt.Sprintf(`{"sku":"SKU-%05d","title":"A thing that is sold by the dozen, number %d","count":%d,"cents":"%d","weight":%d.5,"tags":["new","heavy","size %d"],"attributes":{"color":"dark green","material":"oiled oak","origin":"Finland"},"gift":true,"kind":"COMPRESSABLE"}`, i*37, i, i+1, i*1999+99, i, i))
	}
	for i := range 12 {
		labels = append(labels, fmt.Sprintf(`"label-%02d":"value of label %d"`, i, i))
		counters = append(counters, fmt.Sprintf(`"counter%02d":"%d"`, i, i*1_000_003))
		related = append(related, fmt.Sprintf(`"%d"`, 4_000_000_000+i*17))
	}
	return `{"id":"0190f5a2-7d1e-7c3a-9a56-3b1f0e6f2c11","number":"1234567","customerName":"Анна Каренина","email":"anna@example.com","shipping":` + address(1) + `,"billing":` + address(2) +
		`,"lines":[` + strings.Join(lines, ",") + `],"counters":{` + strings.Join(counters, ",") + `},"labels":{` + strings.Join(labels, ",") +
		`},"total":1234.56,"comment":"Please ring twice.\nThen \"knock\".","createdAt":"2026-01-02T03:04:05.678Z","related":[` + strings.Join(related, ",") + `],"paid":true}`
}

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
		{name: "rich10K", md: s.message(t, "bench.Order"), text: []byte(order())},
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
