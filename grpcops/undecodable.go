package grpcops

import (
	"encoding/base64"

	"github.com/grpcline/grpcline/grpcops/transcode"
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// appendUndecodable appends what stands for a message that JSON cannot hold, such as
// one with a google.protobuf.Timestamp of the year 10,000 or bytes that do not parse:
//
//	{"@undecodable": {"path", "reason", "value": the message's wire bytes in base64}}
func appendUndecodable(dst []byte, why *transcode.Error, wire []byte) []byte {
	dst = jsonscan.AppendQuoted(append(dst, `{"@undecodable":{"path":`...), why.Path)
	dst = jsonscan.AppendQuoted(append(dst, `,"reason":`...), why.Message)
	dst = base64.StdEncoding.AppendEncode(append(dst, `,"value":"`...), wire)
	return append(dst, `"}}`...)
}
