package schema

import (
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
)

// Bytes of memory for each byte of a description on the wire, as measured: for the
// descriptors, and for where each part of the source is.
const (
	memoryOfDescriptors = 50
	memoryOfPositions   = 12
)

// estimate is about how much memory the schema holds, in bytes.
func (f *Files) estimate() int {
	total := 0
	for _, path := range f.paths {
		file, err := f.registry.FindFileByPath(path)
		if err != nil {
			continue
		}
		p := protoutil.ProtoFromFileDescriptor(file)
		positions := proto.Size(p.GetSourceCodeInfo())
		total += (proto.Size(p)-positions)*memoryOfDescriptors + positions*memoryOfPositions
	}
	return total
}
