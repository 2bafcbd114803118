// Package transcode turns ProtoJSON into protobuf wire bytes and back without a
// message in between.
//
// A Codec compiles each message type once into a plan (Message): its fields by
// name for JSON, by number for the wire. AppendWire then appends each JSON token
// as wire bytes as it comes, AppendJSON each wire field as JSON. Both accept,
// refuse and write what protojson does, with the differences that their
// documentation names.
//
// A Codec and its Messages are safe for concurrent use. Nothing that is passed in
// is kept or changed, and what is returned is the caller's.
package transcode

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Options are the switches of ProtoJSON and a bound; the zero value is canonical
// ProtoJSON (https://protobuf.dev/programming-guides/json) without one.
type Options struct {
	UseProtoNames      bool // write fields by their names in the schema, not lowerCamelCase
	EmitDefaults       bool // write unset fields that have no presence: 0, "", false, [], {}
	EnumsAsNumbers     bool // write enum values by number
	Int64AsNumbers     bool // write 64-bit integers as numbers, not strings
	AllowUnknownFields bool // skip JSON members and enum names that the schema lacks

	MostJSON int // bytes that AppendJSON may append; 0 is no bound

	Asker Asker // may be nil
}

// Codec compiles message types and keeps the plans.
type Codec struct {
	types atomic.Pointer[typeSource]

	mu       sync.RWMutex
	messages map[protoreflect.MessageDescriptor]*Message
	named    map[string]*Message    // types that an Any has named
	byName   map[string]*field      // extensions met in JSON
	byNumber map[extensionID]*field // extensions met on the wire
	inOrder  []*field               // extensions met anywhere, by their rank beyond extensionRank

	wires sync.Pool // of *toWire
	jsons sync.Pool // of *toJSON
}

// NewCodec returns a codec that looks for the types of Any messages and for
// extensions in files. The well-known types and google.rpc's are always known.
func NewCodec(files *protoregistry.Files) *Codec {
	c := &Codec{
		messages: make(map[protoreflect.MessageDescriptor]*Message),
		named:    make(map[string]*Message),
		byName:   make(map[string]*field),
		byNumber: make(map[extensionID]*field),
		wires:    sync.Pool{New: func() any { return new(toWire) }},
		jsons:    sync.Pool{New: func() any { return new(toJSON) }},
	}
	c.types.Store(newTypeSource(files))
	return c
}

// Learn makes the codec look in files from now on, which must have all that it
// looked in before. Plans that were made stay.
func (c *Codec) Learn(files *protoregistry.Files) { c.types.Store(newTypeSource(files)) }

// Message returns the plan of a message type.
func (c *Codec) Message(md protoreflect.MessageDescriptor) *Message {
	c.mu.RLock()
	m := c.messages[md]
	c.mu.RUnlock()
	if m != nil {
		return m
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.plan(md)
}

// AppendWire appends the wire form of one JSON value to dst. The text must be
// UTF-8. A fault is reported as *Error, and dst is returned as it was.
//
// It differs from protojson.Unmarshal in these: more than jsonscan.MaxDepth
// levels are refused, and an Any of unknown type may be {"@type", "value":
// base64}.
func (m *Message) AppendWire(dst, json []byte, o Options) ([]byte, error) {
	w := m.codec.wires.Get().(*toWire)
	defer w.release()
	for {
		w.reset(m.codec, dst, json, o)
		err := w.message(m)
		if err == nil {
			err = w.atEnd()
		}
		switch {
		case w.unknown.learned(o):
		case err != nil:
			return dst, err.public()
		default:
			return w.out, nil
		}
	}
}

// AppendWires does AppendWire for each element of a JSON array, one after the
// other into dst. ends[i] is where message i ends in the result. The path of an
// Error begins with the element's index, as in `[2].name`.
func (m *Message) AppendWires(dst []byte, ends []int, jsonArray []byte, o Options) ([]byte, []int, error) {
	w := m.codec.wires.Get().(*toWire)
	defer w.release()
	for {
		w.reset(m.codec, dst, jsonArray, o)
		result := ends
		err := w.array(func(int) *fault {
			err := w.message(m)
			result = append(result, len(w.out))
			return err
		})
		if err == nil {
			err = w.atEnd()
		}
		switch {
		case w.unknown.learned(o):
		case err != nil:
			return dst, ends, err.public()
		default:
			return w.out, result, nil
		}
	}
}

// ErrTooLong is returned for a message whose JSON is longer than Options.MostJSON.
var ErrTooLong = errors.New("the message is too long as JSON")

// AppendJSON appends the JSON form of a message's wire bytes to dst: compact,
// with fields in the order of their declaration and map keys sorted. A fault is
// reported as *Error, too much JSON as ErrTooLong, and dst is returned as it was.
//
// It differs from proto.Unmarshal and protojson.Marshal in these: an Any of
// unknown type becomes {"@type", "value": base64}, and a google.protobuf.Value
// without a kind becomes null. Time and memory are at most linear in the size of
// the wire bytes and of the JSON, whoever made the bytes; so groups whose nesting
// would take more are a fault.
func (m *Message) AppendJSON(dst, wire []byte, o Options) ([]byte, error) {
	if uint64(len(wire)) > math.MaxUint32 { // what a part can tell; no gRPC message is longer
		return dst, faultf("a message of more than 4 GiB").public()
	}
	j := m.codec.jsons.Get().(*toJSON)
	defer j.release()
	whole := []part{{end: uint32(len(wire))}}
	for {
		j.reset(m.codec, dst, wire, o, true)
		err := j.message(m, whole)
		if err != nil && !err.tooLong {
			j.reset(m.codec, dst, wire, o, false)
			err = j.message(m, whole)
		}
		switch {
		case j.unknown.learned(o):
		case err == nil:
			return j.out, nil
		case err.tooLong:
			return dst, ErrTooLong
		default:
			return dst, err.public()
		}
	}
}
