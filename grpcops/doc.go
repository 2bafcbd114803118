// Package grpcops is gRPC itself: addresses, TLS, connections, schemas and
// reflection, calls, streams, metadata and statuses. JSON messages become wire
// bytes here and back, by the packages below it.
//
// A Conn and a Stream are owned by whoever made them; neither keeps goroutines of
// this package. What a call or stream does ends with the context it was given,
// whose cause, where it is no deadline, becomes the error.
package grpcops
