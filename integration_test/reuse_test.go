package integration_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/integration_test/testserver"
)

// largeText is one that no other call has, of a size at random.
func largeText(random *rand.Rand, n int) string {
	most := 20 << 10
	if n%7 == 0 {
		most = 2 << 20
	}
	return strings.Repeat(fmt.Sprintf("call %d; ", n), 1+random.IntN(most)/9)
}

// TestLargeCallsKeepApart has large messages under way in both directions whose memory
// is used again and again: in calls of several kinds and ends, cancelled ones among
// them. Each comes back as it was sent.
func TestLargeCallsKeepApart(t *testing.T) {
	for name, headers := range map[string]bool{"lines": false, "Content-Length": true} {
		t.Run(name, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			server := testserver.Start(t, testserver.Options{})
			h := StartWith(t, HostOptions{Headers: headers})
			conn := h.Connect(server)
			r := &rig{Host: h, server: server, conn: conn}
			stream := r.initStream("Bidi", nil, obj{"timeoutMs": 0}) // which sends back what it gets
			const ahead = 16
			var checks []func()
			next := func(check func()) {
				if checks = append(checks, check); len(checks) > ahead {
					checks[0]()
					checks = checks[1:]
				}
			}
			for n := range quickly(1500) {
				text := largeText(random, n)
				call := func(more ...obj) *Pending {
					return h.Go("callMethod", scripted(conn, "Unary", nil, append(more, obj{"timeoutMs": 0})...))
				}
				switch n % 10 {
				default:
					called := call(obj{"request": obj{"text": text}})
					next(func() {
						if got := decode[Ending](h, called.Must()).Message.Text; got != text {
							t.Fatalf("call %d: %d letters came back, %.50q…, of %d", n, len(got), got, len(text))
						}
					})
				case 3: // refused after all of it was read
					refused := call(obj{"request": obj{"text": text, "noSuchField": 1}})
					next(func() { refused.Fail(-32602) })
				case 5: // given up in the middle
					called := call(obj{"request": obj{"text": text}})
					called.cancel()
					next(func() {
						if result, err := called.Wait(); err == nil && decode[Ending](h, result).Message.Text != text {
							t.Fatalf("call %d came back changed", n)
						}
					})
				case 6: // on a stream
					sent := h.Go("sendMessage", stream.params(obj{"message": obj{"text": text}}))
					came := h.Go("getMessage", stream.params())
					next(func() {
						sent.Must()
						if got := decode[Ending](h, came.Must()).Message.Text; got != text {
							t.Fatalf("message %d: %d letters came back, %.50q…, of %d", n, len(got), got, len(text))
						}
					})
				case 7: // ended by the server
					failed := h.Go("callMethod", scripted(conn, "Unary", []testserver.Step{{Receive: 1}, {End: &testserver.End{Code: 9}}}, obj{"request": obj{"text": text}, "timeoutMs": 0}))
					next(func() { failed.Fail(9) })
				}
			}
			for _, check := range checks {
				check()
			}
		})
	}
}
