package schema

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// loneName is the file name of a schema that has none of its own.
const loneName = "main.proto"

// Protos is one Source, a list of them, or an object of file name → Source in the
// order given. A file name is what another schema imports. A Source that is given
// without one is called as its file is, a text main.proto; one that is given alone
// may be imported as main.proto too.
type Protos struct {
	form  form
	files []namedSource
}

// form is how schemas were given.
type form int

const (
	lone form = iota
	listed
	named
)

type namedSource struct {
	name   string // empty unless it was given one
	source Source
}

// Lone is the Protos of one schema.
func Lone(s Source) *Protos {
	return &Protos{files: []namedSource{{source: s}}}
}

// UnmarshalJSON reads each form. An object whose names are all "text", "file"
// or "url" with strings as their values is a Source.
func (p *Protos) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return p.readList(data)
	}
	if data[0] != '{' || isSource(data) {
		var s Source
		if err := s.UnmarshalJSON(data); err != nil {
			return err
		}
		*p = *Lone(s)
		return nil
	}
	p.form, p.files = named, nil
	seen := map[string]bool{}
	for _, m := range membersOf(data) {
		name, ok := jsonscan.Unquote(data[m.Name:m.NameEnd])
		switch {
		case !ok:
			return &strictjson.Error{Message: "has a file name with half of a surrogate pair, which is no text"}
		case name == "":
			return &strictjson.Error{Message: "has an empty file name"}
		case seen[name]:
			return &strictjson.Error{Message: fmt.Sprintf("has the file %q twice", name)}
		}
		seen[name] = true
		var s Source
		if err := strictjson.DecodeOwn(data[m.Value:m.ValueEnd], &s, name); err != nil {
			return err
		}
		p.files = append(p.files, namedSource{name, s})
	}
	if len(p.files) == 0 {
		return &strictjson.Error{Message: "must have at least one schema"}
	}
	return nil
}

// readList reads a list of schemas.
func (p *Protos) readList(data []byte) error {
	var elements []json.RawMessage
	if err := json.Unmarshal(data, &elements); err != nil {
		return err
	}
	if len(elements) == 0 {
		return &strictjson.Error{Message: "must have at least one schema"}
	}
	p.form, p.files = listed, make([]namedSource, len(elements))
	for i, element := range elements {
		if err := strictjson.DecodeOwn(element, &p.files[i].source, fmt.Sprintf("[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON gives back the form that came in.
func (p Protos) MarshalJSON() ([]byte, error) {
	switch p.form {
	case lone:
		return json.Marshal(p.files[0].source)
	case listed:
		list := make([]Source, len(p.files))
		for i, f := range p.files {
			list[i] = f.source
		}
		return json.Marshal(list)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range p.files {
		if i > 0 {
			b.WriteByte(',')
		}
		source, err := json.Marshal(f.source)
		if err != nil {
			return nil, err
		}
		b.Write(jsonscan.AppendQuoted(nil, f.name))
		b.WriteByte(':')
		b.Write(source)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// isSource tells the object form of a Source from an object of files.
func isSource(object []byte) bool {
	members := membersOf(object)
	for _, m := range members {
		switch string(object[m.Name:m.NameEnd]) {
		case `"text"`, `"file"`, `"url"`:
			if object[m.Value] != '"' {
				return false
			}
		default:
			return false
		}
	}
	return len(members) > 0
}

func membersOf(object []byte) []jsonscan.Member {
	var scan jsonscan.Scan
	scan.Read(object)
	return scan.Members
}
