package integration_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFilesInOddPlaces serves files whose absolute paths have Cyrillic letters, spaces
// and over 300 characters, and whose text is as Windows' programs write it.
func TestFilesInOddPlaces(t *testing.T) {
	folder := t.TempDir()
	for range 4 {
		folder = filepath.Join(folder, "Папка с пробелом "+strings.Repeat("ж", 60))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	in, out := filepath.Join(folder, "запросы.json"), filepath.Join(folder, "ответы.json")
	proto := filepath.Join(folder, "схема.proto")
	if n := len([]rune(in)); n < 300 {
		t.Fatalf("the path has %d characters", n)
	}
	schema := "syntax = \"proto3\"; // Схема\r\nmessage Request {}\r\nservice S { rpc M(Request) returns (Request); }\r\n"
	if err := os.WriteFile(proto, []byte("\uFEFF"+schema), 0o600); err != nil {
		t.Fatal(err)
	}
	requests := "\uFEFF" + fmt.Sprintf(`{"id":1,"method":"openConnection","params":{"address":"demo:///","proto":%q}}`, proto) + "\r\n" +
		`{"id":2,"method":"getMethodList","params":["c1","S"]}` + "\r\n" +
		`{"id":3,"method":"openConnection","params":{"address":"demo:///","proto":{"file":"нет.proto"}}}` + "\r\n"
	if err := os.WriteFile(in, []byte(requests), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(workerBinary, "--demo", "--in", in, "--out", out).CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("%v\n%s", err, said)
	}
	answers, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":1,"result"`, `"name":"M"`, `"id":3,"error"`} {
		if !strings.Contains(string(answers), want) {
			t.Errorf("there is no %s in\n%s", want, answers)
		}
	}
}

// TestLargestMessage passes 16 MiB each way.
func TestLargestMessage(t *testing.T) {
	r := newRig(t)
	s := r.initStream("Bidi", nil, obj{"timeoutMs": 0})
	payload := base64Zeros(16 << 20)
	sent := r.Go("sendMessage", s.params(obj{"message": obj{"payload": payload}}))
	if got := s.get(); got.Payload != payload {
		t.Errorf("%d bytes of base64 came back, want %d", len(got.Payload), len(payload))
	}
	sent.Must()
	s.closeStream()
}

// launcher makes the test binary a program that starts the worker on its own standard
// pipes, and ends at once.
const launcher = "GRPCLINE_TEST_LAUNCHES"

func launch(path string) int {
	worker := exec.Command(path)
	worker.Stdin, worker.Stdout = os.Stdin, os.Stdout
	if err := worker.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestLauncherEnds does not end the worker, whose pipes somebody else holds.
func TestLauncherEnds(t *testing.T) {
	childIn, stdin := pipe(t)
	stdout, childOut := pipe(t)
	defer stdout.Close()
	defer stdin.Close()
	started := exec.Command(os.Args[0])
	started.Env = append(os.Environ(), launcher+"="+workerBinary)
	started.Stdin, started.Stdout, started.Stderr = childIn, childOut, os.Stderr
	if err := started.Run(); err != nil {
		t.Fatal(err)
	}
	childIn.Close()
	childOut.Close()
	answers := bufio.NewReader(stdout)
	for id := range 3 {
		if _, err := fmt.Fprintf(stdin, `{"id":%d,"method":"ping"}`+"\n", id); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{}}`+"\n", id)
		if got, err := answers.ReadString('\n'); err != nil || got != want {
			t.Fatalf("answered is %q, %v", got, err)
		}
	}
	stdin.Close()
	if rest, err := answers.ReadString('\n'); rest != "" {
		t.Errorf("it says %q, %v", rest, err)
	}
}
