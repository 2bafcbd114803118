package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/internal/base64text"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/strictjson"
)

// DescriptorSet is a binary google.protobuf.FileDescriptorSet, such as protoc
// --descriptor_set_out --include_imports writes. In JSON it is {"file": …},
// {"base64": …}, or a string: the path of a file that exists, else base64.
type DescriptorSet struct {
	File   *string `json:"file,omitempty" doc:"a path, looked for as that of a schema"`
	Base64 *string `json:"base64,omitempty" doc:"padded or not, standard or URL alphabet, line breaks allowed"`

	either *string // path or base64, told apart when it is read
}

// NewDescriptorSet takes a path or base64.
func NewDescriptorSet(s string) DescriptorSet { return DescriptorSet{either: &s} }

// UnmarshalJSON reads either form.
func (d *DescriptorSet) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		text, ok := jsonscan.Unquote(data)
		if !ok {
			return &strictjson.Error{Message: "has half of a surrogate pair, which is no text"}
		}
		*d = NewDescriptorSet(text)
	case '{':
		type plain DescriptorSet
		var object plain
		if err := strictjson.Decode(data, &object); err != nil {
			return err
		}
		*d = DescriptorSet(object)
		if (d.File == nil) == (d.Base64 == nil) {
			return &strictjson.Error{Message: `must have exactly one of "file" and "base64"`}
		}
	default:
		return &strictjson.Error{Message: `must be a descriptor set: a path, base64, {"file"} or {"base64"}`}
	}
	for _, field := range []*string{d.File, d.Base64, d.either} {
		if field != nil && *field == "" {
			return &strictjson.Error{Message: "must not be empty"}
		}
	}
	return nil
}

// MarshalJSON gives back the form that came in.
func (d DescriptorSet) MarshalJSON() ([]byte, error) {
	if d.either != nil {
		return json.Marshal(*d.either)
	}
	type plain DescriptorSet
	return json.Marshal(plain(d))
}

// read gets the set's bytes and its files.
func (d *DescriptorSet) read(ctx context.Context, importPaths []string) (text string, files []*descriptorpb.FileDescriptorProto, err error) {
	if text, err = d.text(ctx, importPaths); err != nil {
		return "", nil, &SourceError{"descriptorSet", "the descriptor set: " + err.Error(), err}
	}
	var set descriptorpb.FileDescriptorSet
	if memoryOf([]byte(text), &set, maxDescribed) > maxDescribed {
		return "", nil, &SourceError{"descriptorSet", fmt.Sprintf("the descriptor set takes more than %d MiB of memory", maxDescribed>>20), nil}
	}
	if err := proto.Unmarshal([]byte(text), &set); err != nil || len(set.File) == 0 {
		return "", nil, &SourceError{"descriptorSet", "the descriptor set is not a google.protobuf.FileDescriptorSet as protoc --descriptor_set_out writes it", err}
	}
	return text, set.File, nil
}

func (d *DescriptorSet) text(ctx context.Context, importPaths []string) (string, error) {
	switch {
	case d.Base64 != nil:
		data, ok := base64text.Decode(*d.Base64)
		if !ok {
			return "", errors.New("it is not base64")
		}
		return string(data), nil
	case d.File != nil:
		_, text, err := readPath(ctx, *d.File, importPaths)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("there is no file %q%s", *d.File, lookedIn(*d.File, importPaths))
		}
		return text, err
	}
	_, text, err := readPath(ctx, *d.either, importPaths)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	data, ok := base64text.Decode(*d.either)
	if !ok {
		return "", fmt.Errorf("%s is neither a file%s nor base64", abbreviated(*d.either), lookedIn(*d.either, importPaths))
	}
	return string(data), nil
}

// abbreviated quotes the beginning of a text.
func abbreviated(s string) string {
	const shown = 60
	if len(s) > shown {
		return fmt.Sprintf("%q…", s[:shown])
	}
	return fmt.Sprintf("%q", s)
}
