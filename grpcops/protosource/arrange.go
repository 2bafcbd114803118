package protosource

import (
	"slices"

	"github.com/bufbuild/protocompile/protoutil"
	"github.com/jhump/protoreflect/v2/sourceloc"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Field numbers in descriptor.proto, of which source paths are made.
const (
	filePackage   = 2
	fileImports   = 3
	fileMessages  = 4
	fileEnums     = 5
	fileServices  = 6
	fileExtension = 7
	fileSyntax    = 12

	messageFields      = 2
	messageNested      = 3
	messageEnums       = 4
	messageRanges      = 5
	messageExtension   = 6
	messageOneofs      = 8
	messageReserved    = 9
	messageReservedNam = 10

	enumValues      = 2
	enumReserved    = 4
	enumReservedNam = 5
	serviceMethods  = 2
)

// arranged is a file with positions that are made up: by them, protoprint writes
// everything in an order that compiles to the descriptor's. The types of groups
// and maps are written with their fields, so the other nested types must come
// before or after them as they do in the descriptor, and extensions keep their
// order although each extend block is of one message.
//
// The comments of everything that has a descriptor are kept.
type arranged struct {
	protoreflect.FileDescriptor
	at *locations
}

func (a *arranged) ParentFile() protoreflect.FileDescriptor       { return a }
func (a *arranged) SourceLocations() protoreflect.SourceLocations { return a.at }

// Edition is what protoprint asks a file for that is neither proto2 nor proto3.
func (a *arranged) Edition() int32 {
	return int32(protoutil.ProtoFromFileDescriptor(a.FileDescriptor).GetEdition())
}

func arrange(f protoreflect.FileDescriptor) protoreflect.FileDescriptor {
	a := &arranged{f, &locations{from: f.SourceLocations(), byPath: map[string]int{}, last: map[string]int{}}}
	a.at.add(fileSyntax)
	a.at.add(filePackage)
	for i := range f.Imports().Len() {
		a.at.add(fileImports, int32(i))
	}
	(&body{
		at: a.at, of: f, nested: f.Messages(), extensions: f.Extensions(),
		nestedTag: fileMessages, extensionTag: fileExtension,
	}).place()
	a.enums(f.Enums(), fileEnums)
	for i := range f.Services().Len() {
		a.at.add(fileServices, int32(i))
		for j := range f.Services().Get(i).Methods().Len() {
			a.at.add(fileServices, int32(i), serviceMethods, int32(j))
		}
	}
	return a
}

func (a *arranged) enums(enums protoreflect.EnumDescriptors, path ...int32) { a.at.enums(enums, path) }

// body places what is in a message, or in a file, which has no fields.
type body struct {
	at           *locations
	of           protoreflect.Descriptor
	path         []int32
	fields       protoreflect.FieldDescriptors // nil in a file
	nested       protoreflect.MessageDescriptors
	extensions   protoreflect.ExtensionDescriptors
	nestedTag    int32
	extensionTag int32

	fieldOf     []int // nested → the field that it is written with, or -1
	extensionOf []int // likewise
	placed      []bool
	nextField   int
	nextExt     int
}

func (b *body) place() {
	n := b.nested.Len()
	b.fieldOf, b.extensionOf, b.placed = slices.Repeat([]int{-1}, n), slices.Repeat([]int{-1}, n), make([]bool, n)
	if b.fields != nil {
		for i := range b.fields.Len() {
			if j, ok := b.writtenWith(b.fields.Get(i)); ok {
				b.fieldOf[j] = i
			}
		}
	}
	for i := range b.extensions.Len() {
		if j, ok := b.writtenWith(b.extensions.Get(i)); ok {
			b.extensionOf[j] = i
		}
	}
	if b.fields != nil {
		b.fieldsTo(b.fields.Len())
	}
	b.extensionsTo(b.extensions.Len())
	b.nestedTo(n)
}

// writtenWith is the index of the nested message that is written with a field: the
// entry of a map, or a group's.
func (b *body) writtenWith(f protoreflect.FieldDescriptor) (int, bool) {
	isGroup := f.Kind() == protoreflect.GroupKind && f.ParentFile().Syntax() != protoreflect.Editions
	if !f.IsMap() && !isGroup || f.Message().Parent() != b.of {
		return 0, false
	}
	return f.Message().Index(), true
}

// fieldsTo places the fields before end; the fields of a oneof come together.
func (b *body) fieldsTo(end int) {
	for b.nextField < end {
		first := b.nextField
		oneof := b.fields.Get(first).ContainingOneof()
		b.nextField++
		for oneof != nil && !oneof.IsSynthetic() && b.nextField < b.fields.Len() && b.fields.Get(b.nextField).ContainingOneof() == oneof {
			b.nextField++
		}
		for i := first; i < b.nextField; i++ {
			if j, ok := b.writtenWith(b.fields.Get(i)); ok {
				b.nestedTo(j)
			}
		}
		if oneof != nil && !oneof.IsSynthetic() {
			b.at.add(append(slices.Clone(b.path), messageOneofs, int32(oneof.Index()))...)
		}
		for i := first; i < b.nextField; i++ {
			b.at.add(append(slices.Clone(b.path), messageFields, int32(i))...)
			if j, ok := b.writtenWith(b.fields.Get(i)); ok {
				b.message(j)
			}
		}
	}
}

// extensionsTo places the extensions before end, in blocks of one message.
func (b *body) extensionsTo(end int) {
	for b.nextExt < end {
		first := b.nextExt
		of := b.extensions.Get(first).ContainingMessage().FullName()
		b.nextExt++
		if j, ok := b.writtenWith(b.extensions.Get(first)); ok {
			b.nestedTo(j)
		}
		block := b.at.open(append(slices.Clone(b.path), b.extensionTag)...)
		b.extension(first)
		for b.nextExt < end && b.extensions.Get(b.nextExt).ContainingMessage().FullName() == of && !b.waits(b.nextExt) {
			b.nextExt++
			b.extension(b.nextExt - 1)
		}
		b.at.close(block)
	}
}

// waits tells whether a nested message has to come before an extension.
func (b *body) waits(i int) bool {
	j, ok := b.writtenWith(b.extensions.Get(i))
	return ok && slices.Contains(b.placed[:j], false)
}

func (b *body) extension(i int) {
	b.at.add(append(slices.Clone(b.path), b.extensionTag, int32(i))...)
	if j, ok := b.writtenWith(b.extensions.Get(i)); ok {
		b.message(j)
	}
}

// nestedTo places the nested messages before end, with what they are written with.
func (b *body) nestedTo(end int) {
	for j := range end {
		switch {
		case b.placed[j]:
		case b.fieldOf[j] >= 0:
			b.fieldsTo(b.fieldOf[j] + 1)
		case b.extensionOf[j] >= 0:
			b.extensionsTo(b.extensionOf[j] + 1)
		default:
			b.message(j)
		}
	}
}

// message places a nested message and what is in it.
func (b *body) message(j int) {
	b.placed[j] = true
	m := b.nested.Get(j)
	path := append(slices.Clone(b.path), b.nestedTag, int32(j))
	b.at.add(path...)
	(&body{
		at: b.at, of: m, path: path, fields: m.Fields(), nested: m.Messages(), extensions: m.Extensions(),
		nestedTag: messageNested, extensionTag: messageExtension,
	}).place()
	b.at.enums(m.Enums(), append(slices.Clone(path), messageEnums))
	b.at.each(path, messageRanges, m.ExtensionRanges().Len())
	b.at.each(path, messageReserved, m.ReservedRanges().Len())
	b.at.each(path, messageReservedNam, m.ReservedNames().Len())
}

// locations are made up one after the other, each on a line of its own. Comments
// come from the locations of the same paths in from.
type locations struct {
	protoreflect.SourceLocations // nil: it has the method that others cannot define
	from                         protoreflect.SourceLocations
	list                         []protoreflect.SourceLocation
	byPath                       map[string]int // of the first with that path
	last                         map[string]int // of the last
	line                         int
}

func (l *locations) Len() int                              { return len(l.list) }
func (l *locations) Get(i int) protoreflect.SourceLocation { return l.list[i] }
func (l *locations) ByPath(path protoreflect.SourcePath) protoreflect.SourceLocation {
	if i, ok := l.byPath[pathKey(path)]; ok {
		return l.list[i]
	}
	return protoreflect.SourceLocation{}
}
func (l *locations) ByDescriptor(d protoreflect.Descriptor) protoreflect.SourceLocation {
	return l.ByPath(sourceloc.PathFor(d))
}

func (l *locations) add(path ...int32) { l.close(l.open(path...)) }

func (l *locations) each(path []int32, tag int32, n int) {
	for i := range n {
		l.add(append(slices.Clone(path), tag, int32(i))...)
	}
}

func (l *locations) enums(enums protoreflect.EnumDescriptors, tagged []int32) {
	for i := range enums.Len() {
		e := enums.Get(i)
		path := append(slices.Clone(tagged), int32(i))
		l.add(path...)
		l.each(path, enumValues, e.Values().Len())
		l.each(path, enumReserved, e.ReservedRanges().Len())
		l.each(path, enumReservedNam, e.ReservedNames().Len())
	}
}

// open begins a location that contains those that are added until it is closed.
func (l *locations) open(path ...int32) int {
	l.line++
	at := protoreflect.SourceLocation{Path: path, StartLine: l.line}
	if from := l.from.ByPath(path); !sourceloc.IsZero(from) {
		at.LeadingDetachedComments, at.LeadingComments, at.TrailingComments = from.LeadingDetachedComments, from.LeadingComments, from.TrailingComments
	}
	i := len(l.list)
	l.list = append(l.list, at)
	key := pathKey(path)
	if before, ok := l.last[key]; ok {
		l.list[before].Next = i
	} else {
		l.byPath[key] = i
	}
	l.last[key] = i
	return i
}

func (l *locations) close(i int) {
	l.line++
	l.list[i].EndLine = l.line
}

func pathKey(path []int32) string {
	key := make([]byte, 0, len(path)*4)
	for _, n := range path {
		key = append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(key)
}
