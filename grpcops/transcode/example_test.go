package transcode_test

import (
	"fmt"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/grpcline/grpcline/grpcops/transcode"
)

// A message from JSON to wire bytes and back, and one that JSON cannot hold.
func Example() {
	codec := transcode.NewCodec(nil) // the well-known types need no schema
	plan := codec.Message((&structpb.Struct{}).ProtoReflect().Descriptor())

	wire, err := plan.AppendWire(nil, []byte(`{"name": "Ann", "age": 42}`), transcode.Options{})
	fmt.Printf("%d bytes, %v\n", len(wire), err)
	text, err := plan.AppendJSON(nil, wire, transcode.Options{})
	fmt.Printf("%s, %v\n", text, err)

	_, err = plan.AppendWire(nil, []byte(`["Ann"]`), transcode.Options{})
	fmt.Println(err)
	_, err = codec.Message((&durationpb.Duration{}).ProtoReflect().Descriptor()).AppendJSON(nil, []byte{0xff}, transcode.Options{})
	fmt.Println(err)
	// Output:
	// 33 bytes, <nil>
	// {"age":42,"name":"Ann"}, <nil>
	// expected an object (a map), got an array
	// the bytes are not a protobuf message
}
