// Package strictjson decodes JSON into structs the way parameters are read:
// nothing is guessed and nothing is dropped. A name that no field has, a name
// given twice, a missing required field and a value of another type are errors
// that say which name is at fault; null is the same as leaving the field out.
//
// Fields are named by their json tags; a field without an option, such as omitempty, is required.
// Supported are bool, string, the signed integers (as counts: whole numbers from
// 0 on, 5.0 being whole), json.RawMessage (kept as it is, null included), maps
// with string keys, slices, pointers, structs, embedded structs and types with an
// UnmarshalJSON of their own. Texts must have been found to be JSON before.
package strictjson

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/grpcline/grpcline/internal/brief"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/nearest"
)

// Error says which value is at fault. Path leads to it from the outermost
// object, such as "tls.certFile" or "metadata.key[1]"; it is empty if that
// object itself is at fault, and Message then begins with a verb.
type Error struct {
	Path    string
	Message string
}

// Error gives the sentence alone; it names the value.
func (e *Error) Error() string { return e.Message }

// Param is the outermost name of the path.
func (e *Error) Param() string {
	if end := strings.IndexAny(e.Path, ".["); end >= 0 {
		return e.Path[:end]
	}
	return e.Path
}

// Decode sets the fields of the struct that v points to from a JSON object.
func Decode(data []byte, v any) error {
	target := reflect.ValueOf(v).Elem()
	return decodeStruct(data, target, planOf(target.Type()), "")
}

// DecodeMembers does the same with an object whose members are known.
func DecodeMembers(data []byte, members []jsonscan.Member, v any) error {
	target := reflect.ValueOf(v).Elem()
	return planOf(target.Type()).decode(data, members, target, "")
}

// DecodePositional does the same from a JSON array whose elements are the values
// of the fields named in order.
func DecodePositional(data []byte, order []string, v any) error {
	target := reflect.ValueOf(v).Elem()
	p := planOf(target.Type())
	var seen fieldSet
	n := 0
	err := eachItem(data, func(item []byte) error {
		if len(order) == 0 {
			return &Error{Message: "must be empty, or an object: nothing goes by position here"}
		}
		if n == len(order) {
			return &Error{Message: fmt.Sprintf("must have at most %d values by position (%s); others go by name", len(order), strings.Join(order, ", "))}
		}
		i := p.byName[order[n]]
		n++
		return p.set(i, item, target, &seen, "")
	})
	if err != nil {
		return err
	}
	return p.complete(seen, "")
}

// plan is what is known of a struct type.
type plan struct {
	fields []field
	names  []string
	byName map[string]int
}

type field struct {
	name     string
	index    []int
	required bool
}

// fieldSet holds indices of fields.
type fieldSet uint64

// mostFields is how many a struct may have.
const mostFields = 64

// plans holds a *plan by struct type: a cache of what the types themselves say.
var plans sync.Map

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byName: map[string]int{}}
	for _, f := range reflect.VisibleFields(t) {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || tag == "" || tag == "-" {
			continue
		}
		p.byName[tag] = len(p.fields)
		p.names = append(p.names, tag)
		p.fields = append(p.fields, field{tag, f.Index, options == ""})
	}
	if len(p.fields) > mostFields {
		panic(fmt.Sprintf("strictjson: %s has more than %d fields", t, mostFields))
	}
	plans.Store(t, p)
	return p
}

// Names lists the names that the struct v, or the struct it points to, knows.
func Names(v any) []string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return planOf(t).names
}

func decodeStruct(data []byte, target reflect.Value, p *plan, path string) error {
	if data[0] != '{' {
		return wrongType(path, "an object", data)
	}
	return p.decode(data, membersOf(data), target, path)
}

// membersOf finds the members of an object.
func membersOf(data []byte) []jsonscan.Member {
	var scan jsonscan.Scan
	scan.Read(data)
	return scan.Members
}

// decode sets the fields of target from the members of an object.
func (p *plan) decode(data []byte, members []jsonscan.Member, target reflect.Value, path string) error {
	var seen fieldSet
	for _, m := range members {
		name := data[m.Name+1 : m.NameEnd-1]
		i, ok := p.byName[string(name)]
		if !ok { // it is unknown, or written with escapes
			name, err := nameOf(data[m.Name:m.NameEnd], path)
			if err != nil {
				return err
			}
			if i, ok = p.byName[name]; !ok {
				return &Error{join(path, name), fmt.Sprintf("unknown name %q%s%s", brief.Name(name), within(path), nearest.Hint(name, p.names))}
			}
		}
		if err := p.set(i, data[m.Value:m.ValueEnd], target, &seen, path); err != nil {
			return err
		}
	}
	return p.complete(seen, path)
}

// nameOf reads the literal of a name.
func nameOf(literal []byte, path string) (string, error) {
	name, ok := jsonscan.Unquote(literal)
	if !ok {
		return "", &Error{path, fmt.Sprintf("a name%s has half of a surrogate pair, which is no text", within(path))}
	}
	return name, nil
}

// set decodes a member into the field with that index.
func (p *plan) set(i int, value []byte, target reflect.Value, seen *fieldSet, path string) error {
	f := &p.fields[i]
	path = join(path, f.name)
	if *seen&(1<<i) != 0 {
		return &Error{path, fmt.Sprintf("%q is given twice", path)}
	}
	to := target.FieldByIndex(f.index)
	if to.Type() != rawMessage && isNull(value) {
		return nil
	}
	*seen |= 1 << i
	return decodeValue(value, to, path)
}

// complete reports the first required field that was not seen.
func (p *plan) complete(seen fieldSet, path string) error {
	for i := range p.fields {
		if f := &p.fields[i]; f.required && seen&(1<<i) == 0 {
			return &Error{join(path, f.name), fmt.Sprintf("%q is required%s", f.name, within(path))}
		}
	}
	return nil
}

var rawMessage = reflect.TypeFor[json.RawMessage]()

func isNull(b []byte) bool { return b[0] == 'n' }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func within(path string) string {
	if path == "" {
		return ""
	}
	return fmt.Sprintf(" in %q", brief.Name(path))
}

// eachItem calls visit with the text of each element of an array.
func eachItem(data []byte, visit func(item []byte) error) error {
	i := jsonscan.Space(data, 1)
	for data[i] != ']' {
		end, _ := jsonscan.Value(data, i)
		if err := visit(data[i:end]); err != nil {
			return err
		}
		if i = jsonscan.Space(data, end); data[i] == ',' {
			i = jsonscan.Space(data, i+1)
		}
	}
	return nil
}

// DecodeValue sets what v points to from any JSON value; it is for types that
// decode themselves. v itself must not be a type that does.
func DecodeValue(data []byte, v any) error {
	return decodeValue(data, reflect.ValueOf(v).Elem(), "")
}

// TextOf finds the string that an object with these members has under name, "" if it has
// none. The object may be wrong otherwise.
func TextOf(data []byte, members []jsonscan.Member, name string) string {
	for _, m := range members {
		if given, ok := jsonscan.Text(data[m.Name:m.NameEnd]); ok && string(given) == name {
			return textOf(data[m.Value:m.ValueEnd])
		}
	}
	return ""
}

// TextAt finds the string that is the element of an array with that index, "" if there
// is none.
func TextAt(data []byte, index int) (text string) {
	n := 0
	_ = eachItem(data, func(item []byte) error {
		if n == index {
			text = textOf(item)
		}
		n++
		return nil
	})
	return text
}

func textOf(value []byte) string {
	if value[0] != '"' {
		return ""
	}
	text, _ := jsonscan.Unquote(value)
	return text
}
