package quote

import "testing"

func TestPath(t *testing.T) {
	for path, want := range map[string]string{
		`C:\schemas\Схема.proto`: `"C:\schemas\Схема.proto"`,
		`\\server\share`:         `"\\server\share"`,
		"/tmp/a b":               `"/tmp/a b"`,
		"a\nb":                   `"a\nb"`,
		"":                       `""`,
	} {
		if got := Path(path); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}
