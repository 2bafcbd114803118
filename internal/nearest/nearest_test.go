package nearest

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	known := []string{"id", "metadata", "timeoutMs", "deadlineMs", "tls", "grpc.testing.TestService", "SayHello"}
	for _, test := range []struct {
		name string
		want []string
	}{
		{"metdata", []string{"metadata"}},
		{"meatdata", []string{"metadata"}},
		{"TIMEOUTMS", []string{"timeoutMs"}},
		{"TestServise", []string{"grpc.testing.TestService"}},
		{"sayHelo", []string{"SayHello"}},
		{"tsl", []string{"tls"}},
		{"meta", []string{"metadata"}},
		{"tlsSettings", []string{"tls"}},
		{"data", []string{"metadata"}},
		{"Service", []string{"grpc.testing.TestService"}},
		{"completely different", []string{}},
		{"", []string{}},
	} {
		if got := Names(test.name, known); !slices.Equal(got, test.want) {
			t.Errorf("Names(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestHint(t *testing.T) {
	if got, want := Hint("metdata", []string{"metadata"}), `; did you mean "metadata"?`; got != want {
		t.Errorf("Hint = %s, want %s", got, want)
	}
	if got := Hint("x", []string{"metadata"}); got != "" {
		t.Errorf("Hint = %s, want none", got)
	}
}
