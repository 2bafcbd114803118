package rpc

import (
	"fmt"
	"strings"
	"testing"
)

// TestABatchKeepsItsPlace in the order of answers: if all members of a batch are
// requests on one side of a stream, its array is written before the answer of a later
// request on that side.
func TestABatchKeepsItsPlace(t *testing.T) {
	const rounds, batches = 100, 8
	var in strings.Builder
	in.WriteString(openDemo + "\n")
	var all [][]string // the ids of the requests on a side, in their order
	for i := range rounds {
		fmt.Fprintf(&in, `{"id":"init %d","method":"initBidiStream","params":["c1","grpcline.demo.Demo","Chat"]}`+"\n", i)
		var sends, gets []string
		request := func(ids *[]string, method, more string) string {
			id := fmt.Sprintf(`"%s %d %d"`, method, i, len(*ids))
			*ids = append(*ids, id)
			return fmt.Sprintf(`{"id":%s,"method":%q,"params":{"streamId":"s%d"%s}}`, id, method, i+1, more)
		}
		send := func() string { return request(&sends, "sendMessage", `,"message":{}`) }
		get := func() string { return request(&gets, "getMessage", "") }
		for range batches {
			fmt.Fprintf(&in, "[%s,%s]\n%s\n", send(), send(), send())
			fmt.Fprintf(&in, "[%s,%s]\n%s\n", get(), get(), get())
		}
		closing := request(&gets, "closeStream", "")
		in.WriteString(closing + "\n")
		all = append(all, append(sends, gets[len(gets)-1]), gets)
	}
	place := map[string]int{}
	for i, a := range serveAll(t, in.String(), testOptions()) {
		place[string(a.ID)] = i
	}
	for _, ids := range all {
		for i := 1; i < len(ids); i++ {
			if place[ids[i-1]] > place[ids[i]] {
				t.Fatalf("%s is answered before %s", ids[i], ids[i-1])
			}
		}
	}
}
