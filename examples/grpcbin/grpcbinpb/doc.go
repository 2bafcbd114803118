// Package grpcbinpb is generated from the .proto files beside it.
package grpcbinpb
