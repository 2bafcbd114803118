// Package base64text reads base64 as people paste it and programs write it.
package base64text

import (
	"encoding/base64"
	"strings"
)

// Decode returns the bytes that base64 stands for: in the standard or the URL alphabet
// (RFC 4648, sections 4 and 5), padded or not, with line breaks anywhere. ok is false if
// text is not that.
func Decode(text string) (data []byte, ok bool) {
	text = strings.TrimRight(plain.Replace(text), "=")
	data, err := base64.RawStdEncoding.DecodeString(text)
	return data, err == nil
}

// plain makes what Decode takes into what the standard library does. A Replacer is
// safe for concurrent use.
var plain = strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/")
