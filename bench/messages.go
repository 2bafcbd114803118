package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/grpcline/grpcline/bench/benchpb"
)

// smallBody is the size of the small message's body, in bytes.
const smallBody = 32

// payload is a message of that many random bytes, always the same ones.
func payload(size int) *benchpb.Payload {
	random := rand.New(rand.NewPCG(1, 2))
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(random.Uint32())
	}
	return &benchpb.Payload{Body: body}
}

// small is the message of streams.
func small() *benchpb.Small {
	return &benchpb.Small{Kind: benchpb.Kind_PLAIN, Size: smallBody, Payload: payload(smallBody), Last: true}
}

// smallMark is in the JSON of a small message once.
var smallMark = []byte(`"payload":`)

// items is a message with n nested ones.
func items(n int) *benchpb.Items {
	all := &benchpb.Items{}
	for i := range n {
		all.Items = append(all.Items, &benchpb.Item{
			Id: int64(i) * 1001, Name: fmt.Sprintf("item number %d", i), Price: float64(i) + 0.25,
			Tags: []string{"a", "bb"}, Parent: &benchpb.Item{Id: int64(i), Name: "root"}, Kind: benchpb.Kind_PLAIN,
		})
	}
	return all
}

// payloadJSON is a payload as a host writes it.
func payloadJSON(p *benchpb.Payload) string {
	return `{"body":"` + base64.StdEncoding.EncodeToString(p.GetBody()) + `"}`
}

// jsonOf is the compact JSON of a message.
func jsonOf(m proto.Message) string {
	text, err := protojson.Marshal(m)
	if err != nil {
		panic(err) // all messages here can be written
	}
	var compact bytes.Buffer // protojson's spaces vary from build to build
	if err := json.Compact(&compact, text); err != nil {
		panic(err)
	}
	return compact.String()
}

// repeated is an array of n times the same JSON.
func repeated(text string, n int) string {
	return "[" + strings.Repeat(text+",", n-1) + text + "]"
}
