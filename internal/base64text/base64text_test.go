package base64text

import (
	"encoding/base64"
	"testing"
)

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "AQI=": "\x01\x02", "AQI": "\x01\x02", "-_8": "\xfb\xff", "+/8=": "\xfb\xff", "AQ\nI\r\n=\n": "\x01\x02", "AQID": "\x01\x02\x03",
	} {
		if got, ok := Decode(text); !ok || string(got) != want {
			t.Errorf("%q: %x, %v", text, got, ok)
		}
	}
	for _, text := range []string{"A", "AQ=I", "ж", "AQ,I", "A===", "A Q"} {
		if got, ok := Decode(text); ok {
			t.Errorf("%q: %x", text, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("some bytes\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			if got, ok := Decode(encoding.EncodeToString(data)); !ok || string(got) != string(data) {
				t.Errorf("%x becomes %x, %v", data, got, ok)
			}
		}
	})
}
