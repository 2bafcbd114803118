// Package grpcbinpb is generated from clients/onescript/examples/proto.
package grpcbinpb
