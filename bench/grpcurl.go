package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
)

// grpcurl makes a unary call with a process each time. The schema is given as a
// file, which saves it the questions to the server's reflection.
func (u unaryWork) grpcurl() contender {
	return contender{grpcurlTool, func(b *bed, _ string) (*runner, error) {
		path, err := exec.LookPath("grpcurl")
		if err != nil {
			return nil, &absent{"it is not on the PATH"}
		}
		p := payload(u.size)
		call := func() ([]byte, error) {
			return exec.Command(path, "-plaintext", "-import-path", filepath.Join(b.source, "benchpb"), "-proto", "bench.proto",
				"-d", payloadJSON(p), b.address, "grpcline.bench.Bench/Echo").Output()
		}
		out, err := call()
		if err != nil {
			return nil, err
		}
		var got struct{ Body []byte }
		if err := json.Unmarshal(out, &got); err != nil {
			return nil, err
		}
		if !bytes.Equal(got.Body, p.GetBody()) {
			return nil, errors.New("the payload did not come back as it went")
		}
		once := func() error { _, err := call(); return err }
		return &runner{timed(1, times(once)), func() error { return nil }}, nil
	}}
}
