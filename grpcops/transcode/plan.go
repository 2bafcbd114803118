package transcode

import (
	"slices"
	"sync/atomic"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Message is the plan of one message type. It is made when the first message of
// the type is met: a schema may have a million types that refer to each other, and
// a call needs few of them.
type Message struct {
	codec *Codec
	desc  protoreflect.MessageDescriptor
	name  protoreflect.FullName
	made  atomic.Bool // what follows is set, once and for all
	form  form

	fields   []*field                    // in the order of their declaration
	byName   map[string]*field           // by JSON name and by name in the schema
	low      []*field                    // by number, for small numbers
	high     map[protowire.Number]*field // by number, for the others
	required []*field
	oneofs   int  // real ones; each field's oneof is an index below this
	rising   bool // the wire has the fields in the order of the JSON, and nothing else is to be seen to

	extensions protoreflect.FieldRanges // nil if the type has none
	messageSet bool
	words      int // of marks, see field
}

// field is the plan of one field, a map's key and value included.
type field struct {
	number   protowire.Number
	kind     protoreflect.Kind
	wireType protowire.Type // of one value
	tag      uint64         // as JSON is written to the wire: a packed list's is that of bytes
	packed   bool           // write the list packed

	list     bool
	implicit bool // no presence: the zero value is the same as none
	utf8     bool // what is not UTF-8 is refused even if it is not shown
	nullable bool // null is a value: google.protobuf.Value and NullValue

	key, value *field   // of a map
	message    *Message // of a message or a group
	enum       *enum

	rank      int // place in the JSON object: that of the declaration, or an extension's (see extensionRank)
	oneof     int // index of the oneof, -1 if there is none
	extension protoreflect.FullName

	// The reader of an object keeps a bit for each field that is given, at its
	// rank, then one for each required field that is set, and one for each oneof.
	// -1 if the field has none.
	set, oneofMark int

	name, member           string // the JSON name, and how a member goes on: ,"name":
	protoName, protoMember string // the same with Options.UseProtoNames
	start, startMask       uint64 // the first bytes of "name": and which bytes of eight those are
	lowest, highest        uint64 // magnitudes of an integer's limits
	containing             *Message
}

// lowNumbers is the highest field number that is looked up by index.
const lowNumbers = 256

// field returns the field with a number, nil if there is none.
func (m *Message) field(n protowire.Number) *field {
	if int(n) < len(m.low) {
		return m.low[n]
	}
	return m.high[n]
}

// plan returns the plan of md, which may not be made yet. The caller holds c.mu
// for writing.
func (c *Codec) plan(md protoreflect.MessageDescriptor) *Message {
	m := c.messages[md]
	if m == nil {
		m = &Message{codec: c, desc: md, name: md.FullName()}
		c.messages[md] = m
	}
	return m
}

// make sees to it that the plan is made. It must be called before anything but the
// name of a Message is looked at.
func (m *Message) make() {
	if !m.made.Load() {
		m.codec.compile(m)
	}
}

// compile makes a plan, but not those of the types that its fields have.
func (c *Codec) compile(m *Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.made.Load() {
		return
	}
	md := m.desc
	m.messageSet = isMessageSet(md)
	if ranges := md.ExtensionRanges(); ranges.Len() > 0 {
		m.extensions = ranges
	}
	oneofs := make(map[protoreflect.FullName]int)
	for i := range md.Oneofs().Len() {
		if od := md.Oneofs().Get(i); !od.IsSynthetic() {
			oneofs[od.FullName()] = len(oneofs)
		}
	}
	m.oneofs = len(oneofs)
	for i := range md.Fields().Len() {
		fd := md.Fields().Get(i)
		f := c.compileField(fd)
		f.rank, f.containing = i, m
		if od := fd.ContainingOneof(); od != nil && !od.IsSynthetic() {
			f.oneof = oneofs[od.FullName()]
		}
		m.fields = append(m.fields, f)
	}
	m.index(md)
	m.form = formOf(m)
	m.made.Store(true)
}

// index fills the tables by name and number and deals out the marks.
func (m *Message) index(md protoreflect.MessageDescriptor) {
	m.byName = make(map[string]*field, len(m.fields))
	for i, f := range m.fields {
		if name := md.Fields().Get(i).JSONName(); m.byName[name] == nil {
			m.byName[name] = f
		}
	}
	highest := protowire.Number(0)
	for _, f := range m.fields {
		if m.byName[f.protoName] == nil {
			m.byName[f.protoName] = f
		}
		if f.number < lowNumbers {
			highest = max(highest, f.number)
		}
	}
	m.low = make([]*field, highest+1)
	marks := len(m.fields)
	for i, f := range m.fields {
		if f.number < lowNumbers {
			m.low[f.number] = f
		} else {
			if m.high == nil {
				m.high = make(map[protowire.Number]*field)
			}
			m.high[f.number] = f
		}
		if md.Fields().Get(i).Cardinality() == protoreflect.Required {
			m.required = append(m.required, f)
			f.set = marks
			marks++
		}
	}
	for _, f := range m.fields {
		if f.oneof >= 0 {
			f.oneofMark = marks + f.oneof
		}
	}
	m.words = (marks + m.oneofs + 63) / 64
	m.rising = len(m.required) == 0 && m.oneofs <= mostOneofs &&
		slices.IsSortedFunc(m.fields, func(a, b *field) int { return int(a.number) - int(b.number) })
}

// compileField returns the plan of a field apart from what its message gives it.
func (c *Codec) compileField(fd protoreflect.FieldDescriptor) *field {
	f := &field{
		number: fd.Number(), kind: fd.Kind(), wireType: wireTypes[fd.Kind()],
		list: fd.IsList(), packed: fd.IsPacked(), utf8: enforcesUTF8(fd),
		implicit: !fd.HasPresence() && !fd.IsList() && !fd.IsMap(),
		oneof:    -1, set: -1, oneofMark: -1,
		name: fd.JSONName(), protoName: fd.TextName(),
	}
	if fd.IsExtension() {
		f.extension = fd.FullName()
		f.name = "[" + string(fd.FullName()) + "]"
		f.protoName = f.name
	}
	f.member, f.protoMember = memberOf(f.name), memberOf(f.protoName)
	f.start, f.startMask = startOf(f.member[len(","):])
	f.lowest, f.highest = limits(f.kind)
	switch {
	case fd.IsMap():
		f.key, f.value = c.compileField(fd.MapKey()), c.compileField(fd.MapValue())
		f.key.implicit, f.value.implicit = false, false // an entry has both
	case fd.Message() != nil:
		f.message = c.plan(fd.Message())
		f.nullable = fd.Message().FullName() == "google.protobuf.Value"
	case fd.Enum() != nil:
		f.enum = compileEnum(fd.Enum(), fd.DefaultEnumValue())
		f.nullable = f.enum.null
	}
	f.tag = protowire.EncodeTag(f.number, f.wireType)
	if f.packed {
		f.tag = protowire.EncodeTag(f.number, protowire.BytesType)
	}
	return f
}

// memberOf returns the beginning of a JSON member with a name, after another one.
func memberOf(name string) string {
	literal, _ := appendString(nil, []byte(name))
	return "," + string(literal) + ":"
}

// startOf returns the first eight bytes of text as a number, and the bits of it
// that text has.
func startOf(text string) (start, mask uint64) {
	for i := range min(len(text), 8) {
		start |= uint64(text[i]) << (8 * i)
		mask |= 0xff << (8 * i)
	}
	return start, mask
}

// wireTypes are the wire types of the kinds' values.
var wireTypes = [...]protowire.Type{
	protoreflect.BoolKind:     protowire.VarintType,
	protoreflect.EnumKind:     protowire.VarintType,
	protoreflect.Int32Kind:    protowire.VarintType,
	protoreflect.Sint32Kind:   protowire.VarintType,
	protoreflect.Uint32Kind:   protowire.VarintType,
	protoreflect.Int64Kind:    protowire.VarintType,
	protoreflect.Sint64Kind:   protowire.VarintType,
	protoreflect.Uint64Kind:   protowire.VarintType,
	protoreflect.Sfixed32Kind: protowire.Fixed32Type,
	protoreflect.Fixed32Kind:  protowire.Fixed32Type,
	protoreflect.FloatKind:    protowire.Fixed32Type,
	protoreflect.Sfixed64Kind: protowire.Fixed64Type,
	protoreflect.Fixed64Kind:  protowire.Fixed64Type,
	protoreflect.DoubleKind:   protowire.Fixed64Type,
	protoreflect.StringKind:   protowire.BytesType,
	protoreflect.BytesKind:    protowire.BytesType,
	protoreflect.MessageKind:  protowire.BytesType,
	protoreflect.GroupKind:    protowire.StartGroupType,
}

// enforcesUTF8 reports whether protobuf-go refuses a string field that is not
// UTF-8 already when it reads the wire. Written as JSON, every string has to be.
func enforcesUTF8(fd protoreflect.FieldDescriptor) bool {
	if fd.Kind() != protoreflect.StringKind {
		return false
	}
	if edition, ok := fd.(interface{ EnforceUTF8() bool }); ok && fd.Syntax() == protoreflect.Editions {
		return edition.EnforceUTF8()
	}
	return fd.Syntax() == protoreflect.Proto3
}

// isMessageSet reports whether a type has the wire format of proto1, which
// protobuf-go does not support.
func isMessageSet(md protoreflect.MessageDescriptor) bool {
	options, _ := md.Options().(*descriptorpb.MessageOptions)
	return options.GetMessageSetWireFormat()
}
