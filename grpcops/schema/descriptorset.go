package schema

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/grpcline/grpcline/internal/base64text"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/internal/quote"
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

// read gets the set's bytes and its files. A set may be compressed with gzip, and in
// JSON, as buf writes its images.
func (d *DescriptorSet) read(ctx context.Context, importPaths []string) (text string, files []*descriptorpb.FileDescriptorProto, err error) {
	text, err = d.text(ctx, importPaths)
	if err == nil && strings.HasPrefix(text, "\x1f\x8b") {
		text, err = unpacked(text)
	}
	if err != nil {
		return "", nil, &SourceError{"descriptorSet", "the descriptor set: " + err.Error(), err}
	}
	var set descriptorpb.FileDescriptorSet
	if isJSON(text) {
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true, AllowPartial: true}).Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &set); err != nil {
			return "", nil, &SourceError{"descriptorSet", "the descriptor set: it is not a google.protobuf.FileDescriptorSet in JSON: " + plainJSONError(err), err}
		}
		wire, err := proto.MarshalOptions{AllowPartial: true}.Marshal(&set)
		if err != nil {
			return "", nil, &SourceError{"descriptorSet", "the descriptor set: " + plainJSONError(err), err}
		}
		text = string(wire)
	}
	if memoryOf([]byte(text), &set, maxDescribed) > maxDescribed {
		return "", nil, &SourceError{"descriptorSet", fmt.Sprintf("the descriptor set takes more than %d MiB of memory", maxDescribed>>20), nil}
	}
	if err := proto.Unmarshal([]byte(text), &set); err != nil || len(set.File) == 0 {
		what := "the descriptor set is not a google.protobuf.FileDescriptorSet as protoc --descriptor_set_out writes it"
		if known := notSource(text); known != "" {
			what += ": " + known
		}
		return "", nil, &SourceError{"descriptorSet", what, err}
	}
	return text, set.File, nil
}

// isJSON tells JSON from the wire format, in which a set begins with its first tag. That
// is a line feed, and the length behind it may be a brace; but no set is JSON as a whole.
func isJSON(text string) bool {
	start := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	return strings.HasPrefix(start, "{") && (text[0] != '\n' || json.Valid([]byte(start)))
}

// plainJSONError is a message of protojson without its prefix, which has a space that
// changes from build to build.
func plainJSONError(err error) string {
	message := strings.ReplaceAll(err.Error(), "\u00a0", " ")
	return strings.TrimSpace(strings.TrimPrefix(message, "proto:"))
}

// unpacked is what is compressed with gzip.
func unpacked(text string) (string, error) {
	packed, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return "", fmt.Errorf("its gzip is broken: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(packed, maxFileBytes+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("its gzip is broken: %w", err)
	case len(plain) > maxFileBytes:
		return "", fmt.Errorf("unpacked it is larger than %d MiB", maxFileBytes>>20)
	}
	return string(plain), nil
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
			return "", fmt.Errorf("there is no file %s%s", quote.Path(*d.File), lookedIn(*d.File, importPaths))
		}
		return text, err
	}
	if isJSON(*d.either) {
		return *d.either, nil
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
