package integration_test

import "encoding/base64"

// base64Zeros returns so many zero bytes as a bytes field carries them.
func base64Zeros(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
