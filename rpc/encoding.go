package rpc

import "bytes"

// bom is the byte-order mark of UTF-8.
var bom = []byte("\uFEFF")

// isUTF16 looks for a byte-order mark of UTF-16 or a NUL in every other byte.
func isUTF16(line []byte) bool {
	if bytes.HasPrefix(line, []byte{0xFF, 0xFE}) || bytes.HasPrefix(line, []byte{0xFE, 0xFF}) {
		return true
	}
	head := line[:min(len(line), 8)&^1]
	if len(head) == 0 {
		return false
	}
	low, high := true, true
	for i := 0; i < len(head); i += 2 {
		low = low && head[i] != 0 && head[i+1] == 0
		high = high && head[i] == 0 && head[i+1] != 0
	}
	return low || high
}
