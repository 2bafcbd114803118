// Package demopb has the messages and the service of demo.proto.
package demopb
