package transcode

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Name is what a message has named and the codec does not know: a type or an
// extension by its full name, or else an extension of Message by its number.
type Name struct {
	Symbol  protoreflect.FullName
	Message protoreflect.FullName
	Number  protowire.Number
}

// Asker is asked for names that a message has and the codec does not know, and may
// make the codec Learn them. It returns whether that has learned any: the message is
// then begun again. It may wait for others, and must in the end return false for
// names that it was asked for before.
type Asker interface{ Ask(names []Name) bool }

// unknown are the names that one message has and the codec does not know.
type unknown struct{ names []Name }

// mostUnknown is how many names of one message are asked for at once.
const mostUnknown = 64

func (u *unknown) reset() { u.names = u.names[:0] }

func (u *unknown) add(name Name) {
	if len(u.names) < mostUnknown && !slices.Contains(u.names, name) {
		u.names = append(u.names, name)
	}
}

// symbol adds a full name, if it is one.
func (u *unknown) symbol(name []byte) {
	if full := protoreflect.FullName(name); len(name) <= longestNamed && full.IsValid() {
		u.add(Name{Symbol: full})
	}
}

// learned asks for the names. A message without any costs nothing.
func (u *unknown) learned(o Options) bool {
	return len(u.names) > 0 && o.Asker != nil && o.Asker.Ask(u.names)
}
