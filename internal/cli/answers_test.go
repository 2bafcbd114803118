package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	const request = `{"name":"Ann","age":7,"big":12345678901234567890,"tags":["a","b"],"inner":{"x":null}}`
	for given, want := range map[string]string{
		`{"m":"Hello, {{request.name}}!"}`:           `{"m":"Hello, Ann!"}`,
		`"{{ request.age }}"`:                        `7`,
		`"{{request.big}}"`:                          `12345678901234567890`,
		`"{{request.age}} {{request.name}}"`:         `"7 Ann"`,
		`["{{request.tags}}","{{request.tags[1]}}"]`: `[["a","b"],"b"]`,
		`{"a":{"b":"{{request.inner}}"},"c":1.50}`:   `{"a":{"b":{"x":null}},"c":1.50}`,
		`"{{request.none}}{{request.tags[9].x}}"`:    `""`,
		`"{{request}}"`:                              `{"age":7,"big":12345678901234567890,"inner":{"x":null},"name":"Ann","tags":["a","b"]}`,
		`"no } {brackets"`:                           `"no } {brackets"`,
	} {
		s, err := step{Message: json.RawMessage(given)}.filled(json.RawMessage(request))
		if err != nil || string(s.Message) != want {
			t.Errorf("%s: got %s, %v; want %s", given, s.Message, err, want)
		}
	}
	for given, want := range map[string]string{`"{{name}}"`: "request.field", `"{{request.a"`: "without", `"{{request.tags[x]}}"`: "[0]"} {
		if _, err := (step{Message: json.RawMessage(given)}).filled(json.RawMessage(request)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", given, err)
		}
	}
}

func TestParseAnswers(t *testing.T) {
	parsed, err := parseAnswers(json.RawMessage(`{"a.B/C":{"x":1},"a.B/D":[{"x":2},{"$delayMs":5,"$message":{"x":3}}],"a.B/E":{"$error":{"code":5}},"a.B/F":"1.5s"}`))
	if err != nil || len(parsed) != 4 || len(parsed["a.B/D"]) != 2 || parsed["a.B/D"][1].DelayMs != 5 || parsed["a.B/E"][0].Error == nil || string(parsed["a.B/F"][0].Message) != `"1.5s"` {
		t.Error(parsed, err)
	}
	for text, want := range map[string]string{`[]`: "object", `{"a":{"$mesage":{}}}`: "$message", `{"a":{"$delayMs":-1}}`: "delayMs"} {
		if _, err := parseAnswers(json.RawMessage(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestAnswersChange reads a file again when it has changed, and keeps what it had while
// the file is wrong.
func TestAnswersChange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answers.json")
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	a := newAnswers(file)
	first := time.Now().Add(-time.Hour)
	write(`{"a/b":1}`, first)
	if got, err := a.of("a/b"); err != nil || string(got[0].Message) != "1" {
		t.Error(got, err)
	}
	write(`{"a/b":`, first.Add(time.Second))
	if got, err := a.of("a/b"); err == nil || string(got[0].Message) != "1" {
		t.Error(got, err)
	}
	write(`{"a/b":3}`, first.Add(2*time.Second))
	if got, err := a.of("a/b"); err != nil || string(got[0].Message) != "3" {
		t.Error(got, err)
	}
}
