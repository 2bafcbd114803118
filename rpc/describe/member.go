package describe

import (
	"reflect"
	"strings"
)

// member is a member of a JSON object, as the field of a struct declares it with
// its tags: json its name and whether it may be left out (omitempty, omitzero), doc what it
// means, and shape the JSON type of json.RawMessage if only one is taken.
type member struct {
	name     string
	doc      string
	required bool
	shape    string
	typ      reflect.Type
	owner    reflect.Type // the struct with the field, which may be embedded in another
}

// membersOf lists the members of the struct t, those of embedded structs
// included, in the order of the fields.
func membersOf(t reflect.Type) []member {
	var list []member
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" {
			continue
		}
		owner := t
		if outer := f.Index[:len(f.Index)-1]; len(outer) > 0 {
			owner = direct(t.FieldByIndex(outer).Type)
		}
		list = append(list, member{
			name: name, doc: f.Tag.Get("doc"), required: options == "",
			shape: f.Tag.Get("shape"), typ: f.Type, owner: owner,
		})
	}
	return list
}

// direct is t, or what it points to.
func direct(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
