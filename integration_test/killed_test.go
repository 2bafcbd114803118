package integration_test

import "testing"

// TestServerKilled kills a server's process in the middle of a stream: what
// came before is handed out in order, and then the error, again and again.
func TestServerKilled(t *testing.T) {
	port, kill := startInterop(t)
	i := &interop{Host: Start(t)}
	i.Must("openConnection", obj{"address": "localhost:" + port, "descriptorSet": interopSet(t)})
	i.conn = "c1"
	var parameters []any
	for n := 1; n <= 2000; n++ {
		parameters = append(parameters, obj{"size": n, "intervalUs": 1000})
	}
	stream := i.init("initServerStream", "StreamingOutputCall", obj{"request": obj{"responseParameters": parameters}})
	for n := 1; ; n++ {
		result, err := i.Call("getMessage", obj{"streamId": stream})
		if err != nil {
			if err.Code != 14 || n <= 10 {
				t.Errorf("after %d messages: %v", n-1, err)
			}
			break
		}
		if size := i.size(decode[interopAnswer](i.Host, result).Message); size != n {
			i.fatalf("a message of %d bytes, want %d", size, n)
		}
		if n == 10 {
			kill()
		}
	}
	i.Fail("getMessage", obj{"streamId": stream}, 14)
	i.ping()
}
