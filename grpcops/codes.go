package grpcops

import "google.golang.org/grpc/codes"

// LastCode is the highest status code that gRPC defines.
const LastCode = uint32(codes.Unauthenticated)

// CodeName is the canonical name of a status code, such as NOT_FOUND.
func CodeName(code uint32) string { return codeName(codes.Code(code)) }
