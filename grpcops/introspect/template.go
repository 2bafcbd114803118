package introspect

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Bounds of a template. A schema of a few hundred messages that refer to each
// other unfolds without end long before a message repeats.
const (
	templateDepth = 16
	requiredDepth = 200 // levels of messages that are required
	templateBytes = 64 << 10
	hardBytes     = 4 << 20 // what a template of one level may have
)

// Template is an example of a message in its JSON form that a call accepts as it
// stands: every field has a value, one member of each oneof, one element of each
// list and map. A message inside a message of its own type, and what lies deeper
// than fits a readable size, has its required fields only.
func Template(md protoreflect.MessageDescriptor) (json.RawMessage, error) {
	for depth := templateDepth; depth > 1; depth /= 2 {
		w := &writer{depth: depth, limit: templateBytes}
		if w.message(md, false); !w.full() && !w.tooDeep {
			return w.out, nil
		}
	}
	w := &writer{depth: 1, limit: hardBytes}
	w.message(md, false)
	if w.tooDeep {
		return nil, fmt.Errorf("an example of %s would have more than %d levels of required messages", md.FullName(), requiredDepth)
	}
	if w.full() {
		return nil, fmt.Errorf("an example of %s would be larger than %d MiB", md.FullName(), hardBytes>>20)
	}
	return w.out, nil
}

// writer writes a template.
type writer struct {
	out   []byte
	depth int // levels of messages that are filled
	limit int // what out may hold; past it, writing stops
	stack []protoreflect.FullName

	tooDeep bool // more than requiredDepth levels are needed
}

func (w *writer) full() bool { return len(w.out) > w.limit }

func (w *writer) text(s string) { w.out = append(w.out, s...) }

func (w *writer) inside(md protoreflect.MessageDescriptor) int {
	n := 0
	for _, name := range w.stack {
		if name == md.FullName() {
			n++
		}
	}
	return n
}

// message writes a message; bare with its required fields only.
func (w *writer) message(md protoreflect.MessageDescriptor, bare bool) {
	if special := wellKnownExample(md); special != nil {
		w.out = append(w.out, special...)
		return
	}
	if len(w.stack) == requiredDepth {
		w.tooDeep = true
	}
	if w.tooDeep {
		w.text("{}")
		return
	}
	within := w.inside(md)
	bare = bare || within > 0 || len(w.stack) >= w.depth
	w.stack = append(w.stack, md.FullName())
	defer func() { w.stack = w.stack[:len(w.stack)-1] }()
	w.text("{")
	switch {
	case within > 1: // a message that requires itself has no finite form
	case bare:
		required := md.RequiredNumbers()
		for i := range required.Len() {
			w.member(md.Fields().ByNumber(required.Get(i)), bare)
		}
	default:
		for i := range md.Fields().Len() {
			w.member(md.Fields().Get(i), bare)
		}
	}
	w.text("}")
}

// member writes a field with its name.
func (w *writer) member(fd protoreflect.FieldDescriptor, bare bool) {
	if w.full() || !shown(fd) {
		return
	}
	if w.out[len(w.out)-1] != '{' {
		w.text(",")
	}
	name, _ := json.Marshal(fd.JSONName())
	w.out = append(w.out, name...)
	w.text(":")
	w.field(fd, bare)
}

// shown is false for a field whose JSON name is another's, and for all members of
// a oneof but the first.
func shown(fd protoreflect.FieldDescriptor) bool {
	if fd.ContainingMessage().Fields().ByJSONName(fd.JSONName()) != fd {
		return false
	}
	o := fd.ContainingOneof()
	return o == nil || o.Fields().Get(0) == fd
}

func (w *writer) field(fd protoreflect.FieldDescriptor, bare bool) {
	switch {
	case fd.IsMap():
		w.text(`{"` + exampleKey(fd.MapKey().Kind()) + `":`)
		w.value(fd.MapValue(), bare)
		w.text("}")
	case fd.IsList():
		w.text("[")
		w.value(fd, bare)
		w.text("]")
	default:
		w.value(fd, bare)
	}
}

func (w *writer) value(fd protoreflect.FieldDescriptor, bare bool) {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		w.message(fd.Message(), bare)
	case protoreflect.EnumKind:
		if fd.Enum().FullName() == nullValue {
			w.text("null")
			return
		}
		name, _ := json.Marshal(string(fd.Enum().Values().Get(0).Name()))
		w.out = append(w.out, name...)
	default:
		w.out = append(w.out, example(fd.Kind())...)
	}
}

func exampleKey(kind protoreflect.Kind) string {
	switch kind {
	case protoreflect.StringKind:
		return "key"
	case protoreflect.BoolKind:
		return "true"
	}
	return "1"
}
