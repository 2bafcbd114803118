package schema

import (
	"encoding/json"
	"strings"

	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// Source is one .proto schema as the caller gave it: exactly one of the fields
// is set. In JSON it is {"text": …}, {"file": …} or {"url": …}, or a string that
// is told apart by what it is (NewSource).
type Source struct {
	Text *string `json:"text,omitempty" doc:"proto source"`
	File *string `json:"file,omitempty" doc:"a path; a relative one is looked for in the current folder, then in importPaths"`
	URL  *string `json:"url,omitempty" doc:"http or https"`

	toldApart bool // it was given as a string
}

// NewSource tells a string apart: a URL begins with http:// or https://, proto
// source has a line break, a semicolon or a brace, and anything else is a path.
func NewSource(s string) Source {
	switch {
	case strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "https://"):
		return Source{URL: &s, toldApart: true}
	case strings.ContainsAny(s, "\n\r;{"):
		return Source{Text: &s, toldApart: true}
	}
	return Source{File: &s, toldApart: true}
}

// UnmarshalJSON reads either form.
func (s *Source) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		text, ok := jsonscan.Unquote(data)
		if !ok {
			return &strictjson.Error{Message: "has half of a surrogate pair, which is no text"}
		}
		*s = NewSource(text)
	case '{':
		type plain Source
		var object plain
		if err := strictjson.Decode(data, &object); err != nil {
			return err
		}
		*s = Source(object)
	default:
		return &strictjson.Error{Message: `must be a schema: its text, a path, a URL, or {"text"}, {"file"} or {"url"}`}
	}
	given := 0
	for _, field := range []*string{s.Text, s.File, s.URL} {
		if field == nil {
			continue
		}
		given++
		if *field == "" {
			return &strictjson.Error{Message: "must not be empty"}
		}
	}
	if given != 1 {
		return &strictjson.Error{Message: `must have exactly one of "text", "file" and "url"`}
	}
	return nil
}

// MarshalJSON gives back the form that came in.
func (s Source) MarshalJSON() ([]byte, error) {
	if !s.toldApart {
		type plain Source
		return json.Marshal(plain(s))
	}
	for _, field := range []*string{s.Text, s.File, s.URL} {
		if field != nil {
			return json.Marshal(*field)
		}
	}
	return []byte("null"), nil
}
