package process

import (
	"bytes"
	"testing"
)

func TestCodePageWriter(t *testing.T) {
	for _, test := range []struct {
		page       uint32
		text, want string
	}{
		{1251, "Файл занят", "\xd4\xe0\xe9\xeb \xe7\xe0\xed\xff\xf2"},
		{866, "Файл", "\x94\xa0\xa9\xab"},
		{1251, "plain", "plain"},
		{1251, "", ""},
		{1251, "日", "?"},
		{1251, "\xff", "\xff"}, // not UTF-8, and left as it is
	} {
		var out bytes.Buffer
		n, err := (&codePageWriter{&out, test.page}).Write([]byte(test.text))
		if n != len(test.text) || err != nil || out.String() != test.want {
			t.Errorf("%q in %d is %q, %d, %v", test.text, test.page, out.String(), n, err)
		}
	}
}
