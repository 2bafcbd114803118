package transcode

import (
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// enum is the plan of an enum type.
type enum struct {
	name    protoreflect.FullName
	numbers map[string]int32
	low     []string         // JSON literals of the names of small numbers, "" if there is none
	other   map[int32]string // those of the others
	first   int32            // the value of a field that is not there
	null    bool             // google.protobuf.NullValue
}

// compileEnum returns the plan of ed. If values share a number the first one
// gives it its name.
func compileEnum(ed protoreflect.EnumDescriptor, first protoreflect.EnumValueDescriptor) *enum {
	e := &enum{
		name:    ed.FullName(),
		numbers: make(map[string]int32),
		other:   make(map[int32]string),
		null:    ed.FullName() == "google.protobuf.NullValue",
	}
	if first != nil {
		e.first = int32(first.Number())
	} else if ed.Values().Len() > 0 {
		e.first = int32(ed.Values().Get(0).Number())
	}
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		n, literal := int32(v.Number()), strconv.Quote(string(v.Name()))
		e.numbers[string(v.Name())] = n
		switch {
		case n < 0 || n >= lowNumbers:
			if e.other[n] == "" {
				e.other[n] = literal
			}
		default:
			for int(n) >= len(e.low) {
				e.low = append(e.low, "")
			}
			if e.low[n] == "" {
				e.low[n] = literal
			}
		}
	}
	return e
}

// literal returns the JSON literal of the name of a number, "" if it has none.
func (e *enum) literal(n int32) string {
	if n >= 0 && int(n) < len(e.low) {
		return e.low[n]
	}
	return e.other[n]
}

// names lists the names of the values in their alphabetical order.
func (e *enum) names() []string { return slices.Sorted(maps.Keys(e.numbers)) }
