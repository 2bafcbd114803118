package grpcops

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/grpcops/protosource"
	"github.com/grpcline/grpcline/grpcops/schema"
)

// Exported is a schema to be kept elsewhere.
type Exported struct {
	Files         map[string]string `json:"files" doc:"file name → .proto source; they import each other by these names"`
	DescriptorSet string            `json:"descriptorSet" doc:"the same files as a google.protobuf.FileDescriptorSet, in base64, imports first"`
}

// maxExported bounds the sources, and the descriptors, of one export in bytes.
const maxExported = 64 << 20

// Proto exports the connection's schema, or what symbol needs of it.
func (c *Conn) Proto(ctx context.Context, md Metadata, symbol string) (Exported, error) {
	needed, err := findIn(ctx, c, md, nil, func(files *schema.Files) ([]protoreflect.FileDescriptor, error) {
		needed, err := files.Needed(symbol)
		if err != nil {
			return nil, paramErrorf("symbol", "%s", err)
		}
		return needed, nil
	})
	if err != nil {
		return Exported{}, err
	}
	sources, err := protosource.Print(ctx, needed, maxExported)
	switch {
	case errors.Is(err, protosource.ErrTooLarge):
		return Exported{}, tooLargeExport()
	case err != nil && ctx.Err() != nil:
		return Exported{}, c.late(ctx, "the sources of the schema")
	case err != nil:
		return Exported{}, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, f := range needed {
		set.File = append(set.File, protoutil.ProtoFromFileDescriptor(f))
	}
	if proto.Size(set) > maxExported {
		return Exported{}, tooLargeExport()
	}
	wire, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	return Exported{sources, base64.StdEncoding.EncodeToString(wire)}, err
}

func tooLargeExport() *ParamError {
	return paramErrorf("symbol", "the schema takes more than %d MiB as source; give symbol to get what one service, method or type needs", maxExported>>20)
}
