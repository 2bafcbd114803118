package testserver

import (
	"net"
	"sync"
	"testing"
)

// Raw accepts connections and hands each to serve in a goroutine of its own;
// the connection is closed when serve returns and at the end of the test.
// It returns the address.
func Raw(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		open  = map[net.Conn]bool{}
		ended bool
		wg    sync.WaitGroup
	)
	wg.Go(func() {
		for {
			conn, err := lis.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			if ended {
				conn.Close()
			} else {
				open[conn] = true
				wg.Go(func() {
					serve(conn)
					conn.Close()
					mu.Lock()
					defer mu.Unlock()
					delete(open, conn)
				})
			}
			mu.Unlock()
		}
	})
	t.Cleanup(func() {
		lis.Close()
		mu.Lock()
		ended = true
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return lis.Addr().String()
}

// Silent accepts connections and says nothing. It returns the address.
func Silent(t testing.TB) string {
	t.Helper()
	return Raw(t, func(conn net.Conn) {
		buf := make([]byte, 1024)
		for {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
	})
}

// Refusing returns an address that nothing listens on.
func Refusing(t testing.TB) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer lis.Close()
	return lis.Addr().String()
}
