package transcode

import (
	"bytes"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	// The types that are always known.
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	_ "google.golang.org/genproto/googleapis/rpc/status"
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

// extensionID names an extension as the wire does.
type extensionID struct {
	message protoreflect.FullName
	number  protowire.Number
}

// typeSource finds the types that are named in messages.
type typeSource struct {
	files      *protoregistry.Files
	extensions func() map[extensionID]protoreflect.ExtensionDescriptor
}

func newTypeSource(files *protoregistry.Files) *typeSource {
	return &typeSource{files, sync.OnceValue(func() map[extensionID]protoreflect.ExtensionDescriptor {
		return extensionsOf(files)
	})}
}

// message returns the type with a name, nil if nobody knows it.
func (t typeSource) message(name protoreflect.FullName) protoreflect.MessageDescriptor {
	d, err := t.files.FindDescriptorByName(name)
	if err != nil && (strings.HasPrefix(string(name), "google.protobuf.") || strings.HasPrefix(string(name), "google.rpc.")) {
		d, _ = protoregistry.GlobalFiles.FindDescriptorByName(name)
	}
	md, _ := d.(protoreflect.MessageDescriptor)
	return md
}

// extension returns the extension with a name, nil if nobody knows it.
func (t typeSource) extension(name protoreflect.FullName) protoreflect.ExtensionDescriptor {
	d, _ := t.files.FindDescriptorByName(name)
	fd, ok := d.(protoreflect.FieldDescriptor)
	if !ok || !fd.IsExtension() {
		return nil
	}
	return fd
}

// extensionsOf lists all extensions in files, nested ones too.
func extensionsOf(files *protoregistry.Files) map[extensionID]protoreflect.ExtensionDescriptor {
	all := make(map[extensionID]protoreflect.ExtensionDescriptor)
	add := func(list protoreflect.ExtensionDescriptors) {
		for i := range list.Len() {
			xd := list.Get(i)
			all[extensionID{xd.ContainingMessage().FullName(), xd.Number()}] = xd
		}
	}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		add(file.Extensions())
		for left := []protoreflect.MessageDescriptors{file.Messages()}; len(left) > 0; {
			list := left[len(left)-1]
			left = left[:len(left)-1]
			for i := range list.Len() {
				add(list.Get(i).Extensions())
				left = append(left, list.Get(i).Messages())
			}
		}
		return true
	})
	return all
}

// typeNamed returns the plan of the type that the URL of an Any names, nil if
// nobody knows it. The name is what follows the last slash.
func (c *Codec) typeNamed(url []byte) *Message {
	c.mu.RLock()
	m := c.named[string(url)]
	c.mu.RUnlock()
	if m != nil {
		return m
	}
	md := c.types.Load().message(protoreflect.FullName(typeNameOf(url)))
	if md == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m = c.plan(md)
	if len(c.named) < maxNamed && len(url) <= longestNamed {
		c.named[string(url)] = m
	}
	return m
}

// typeNameOf is the name of the type in the URL of an Any.
func typeNameOf(url []byte) []byte { return url[bytes.LastIndexByte(url, '/')+1:] }

// Bounds of the type URLs that are remembered, and of their length in bytes: anyone
// may vary what stands before the slash.
const (
	maxNamed     = 10_000
	longestNamed = 512
)

// extensionNamed returns the extension of m with a name, nil if there is none
// with that name at all, and a fault if it extends another message.
func (c *Codec) extensionNamed(m *Message, name []byte) (*field, *fault) {
	c.mu.RLock()
	f := c.byName[string(name)]
	c.mu.RUnlock()
	if f == nil {
		xd := c.types.Load().extension(protoreflect.FullName(name))
		if xd == nil {
			return nil, nil
		}
		f = c.extension(xd)
	}
	if f.containing.name != m.name || !m.extensions.Has(f.number) {
		return nil, faultf("%s does not extend %s but %s", name, m.name, f.containing.name)
	}
	return f, nil
}

// extensionNumbered returns the extension of m with a number, nil if nobody
// knows it.
func (c *Codec) extensionNumbered(m *Message, number protowire.Number) *field {
	if m.extensions == nil || !m.extensions.Has(number) {
		return nil
	}
	id := extensionID{m.name, number}
	c.mu.RLock()
	f := c.byNumber[id]
	c.mu.RUnlock()
	if f != nil {
		return f
	}
	xd := c.types.Load().extensions()[id]
	if xd == nil {
		return nil
	}
	return c.extension(xd)
}

// extension compiles an extension and keeps it by name and number.
func (c *Codec) extension(xd protoreflect.ExtensionDescriptor) *field {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.byName[string(xd.FullName())]
	if f == nil {
		f = c.compileField(xd)
		f.containing = c.plan(xd.ContainingMessage())
		f.rank = extensionRank + len(c.inOrder)
		c.inOrder = append(c.inOrder, f)
		c.byName[string(xd.FullName())] = f
		c.byNumber[extensionID{xd.ContainingMessage().FullName(), xd.Number()}] = f
	}
	return f
}

// extensionRank is the least rank of an extension: they come behind all fields.
const extensionRank = 1 << 30

// extensionRanked returns the extension with a rank.
func (c *Codec) extensionRanked(rank uint32) *field {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.inOrder[rank-extensionRank]
}
