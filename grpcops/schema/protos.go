package schema

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// loneName is the file name of a schema that is given without one.
const loneName = "main.proto"

// Protos is one Source, or an object of file name → Source in the order given. A
// file name is what another schema imports.
type Protos struct {
	lone  bool
	files []namedSource
}

type namedSource struct {
	name   string
	source Source
}

// Lone is the Protos of one schema, whose file name is main.proto.
func Lone(s Source) *Protos {
	return &Protos{lone: true, files: []namedSource{{loneName, s}}}
}

// UnmarshalJSON reads either form. An object whose names are all "text", "file"
// or "url" with strings as their values is a Source.
func (p *Protos) UnmarshalJSON(data []byte) error {
	if data[0] != '{' || isSource(data) {
		var s Source
		if err := s.UnmarshalJSON(data); err != nil {
			return err
		}
		*p = *Lone(s)
		return nil
	}
	p.lone, p.files = false, nil
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

// MarshalJSON gives back the form that came in.
func (p Protos) MarshalJSON() ([]byte, error) {
	if p.lone {
		return json.Marshal(p.files[0].source)
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
