// Package benchpb has the messages and the service of bench.proto.
package benchpb
