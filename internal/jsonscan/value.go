package jsonscan

// Result says how a scan of a value ended.
type Result int

const (
	More    Result = iota // the text so far is the beginning of a value
	Whole                 // the value is complete
	Invalid               // no text that begins like this is a value
	Cut                   // the text ends inside a token
	TooDeep               // more than MaxDepth levels
)

// Member is one member of an object: the literal of its name, quotes included,
// and its value, as half-open ranges of the text.
type Member struct {
	Name, NameEnd   int
	Value, ValueEnd int
}

// Part is an element of an array: its text as a half-open range, and its members in the
// lists of the Scan, which end where those of the next part begin.
type Part struct {
	Value, ValueEnd int
	Members, Inner  int
}

// Scan reads one value, in one go or as its text grows: tokens may not be cut
// by the end of the text, values may. The zero Scan is ready for use.
type Scan struct {
	// Members are those of the value itself if it is an object, Inner those of
	// its members that are objects; Items is the number of its elements if it is
	// an array.
	Members []Member
	Inner   []Member
	Items   int

	// Parts are the elements of an array of at most MostParts, with their members and
	// the members of those as above: the array of a batch need not be read again.
	Parts     []Part
	MostParts int // 0 keeps no parts

	pos   int    // how far the text has been read
	want  want   // what may come next
	stack []byte // '{' or '[' of each open level
}

// want is what the grammar allows next.
type want uint8

const (
	wantValue      want = iota
	wantFirstItem       // a value or ]
	wantFirstName       // a name or }
	wantName            // a name
	wantColon           // :
	wantCommaOrEnd      // , or the end of the level
	wantNothing         // the value is complete
)

// mostKept is how many members' memory Reset keeps.
const mostKept = 4096

// Reset makes s ready for another value, keeping its memory unless that is much.
func (s *Scan) Reset() {
	if cap(s.Members) > mostKept || cap(s.Inner) > mostKept || cap(s.Parts) > mostKept {
		s.Members, s.Inner, s.Parts = nil, nil, nil
	}
	*s = Scan{Members: s.Members[:0], Inner: s.Inner[:0], Parts: s.Parts[:0], MostParts: s.MostParts, stack: s.stack[:0]}
}

// PartMembers are the members of a part, and those of its members that are objects.
func (s *Scan) PartMembers(i int) (members, inner []Member) {
	p, end, innerEnd := s.Parts[i], len(s.Members), len(s.Inner)
	if i+1 < len(s.Parts) {
		end, innerEnd = s.Parts[i+1].Members, s.Parts[i+1].Inner
	}
	return s.Members[p.Members:end], s.Inner[p.Inner:innerEnd]
}

// End is the index after the value once it is whole.
func (s *Scan) End() int { return s.pos }

// Opening is '{' or '[' of the outermost level that is open, 0 if none is.
func (s *Scan) Opening() byte {
	if len(s.stack) == 0 {
		return 0
	}
	return s.stack[0]
}

// Read goes on where the last Read stopped. text is all of the text so far, what
// was read before included. It stops after the value, so that what follows is
// the caller's to judge.
func (s *Scan) Read(text []byte) Result {
	for s.want != wantNothing {
		s.pos = Space(text, s.pos)
		if s.pos >= len(text) {
			return More
		}
		if r := s.token(text, text[s.pos]); r != More {
			return r
		}
	}
	return Whole
}

// token reads the token that starts with c at s.pos. It returns More if it
// is in its place.
func (s *Scan) token(text []byte, c byte) Result {
	switch s.want {
	case wantFirstName, wantName:
		if c == '}' && s.want == wantFirstName {
			return s.close()
		}
		if c != '"' {
			return Invalid
		}
		end, ok := String(text, s.pos)
		if !ok {
			return broken(text, end)
		}
		if list := s.list(); list != nil {
			*list = append(*list, Member{Name: s.pos, NameEnd: end})
		}
		s.pos, s.want = end, wantColon
		return More
	case wantColon:
		if c != ':' {
			return Invalid
		}
		s.pos, s.want = s.pos+1, wantValue
		return More
	case wantCommaOrEnd:
		top := s.stack[len(s.stack)-1]
		switch {
		case c == ',' && top == '{':
			s.want = wantName
		case c == ',':
			s.want = wantValue
		case c == top+2: // '{'+2 == '}', '['+2 == ']'
			return s.close()
		default:
			return Invalid
		}
		s.pos++
		return More
	case wantFirstItem:
		if c == ']' {
			return s.close()
		}
	}
	return s.value(text, c)
}

// value reads a scalar or the opening of a level.
func (s *Scan) value(text []byte, c byte) Result {
	s.begin()
	var end int
	var ok bool
	switch c {
	case '{', '[':
		if len(s.stack) == MaxDepth {
			return TooDeep
		}
		s.stack = append(s.stack, c)
		s.pos++
		s.want = wantFirstName
		if c == '[' {
			s.want = wantFirstItem
		}
		return More
	case '"':
		end, ok = String(text, s.pos)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		end, ok = Number(text, s.pos)
	default:
		end, ok = literal(text, s.pos)
	}
	if !ok {
		return broken(text, end)
	}
	s.pos = end
	s.ended()
	return More
}

// broken tells a token with a fault at end from one that the text's end cuts.
func broken(text []byte, end int) Result {
	rest := text[end:]
	escape := len(rest) > 0 && rest[0] == '\\' && (len(rest) == 1 || rest[1] == 'u' && len(rest) < 6)
	if len(rest) == 0 || escape {
		return Cut
	}
	return Invalid
}

// close ends the innermost level.
func (s *Scan) close() Result {
	s.stack = s.stack[:len(s.stack)-1]
	s.pos++
	s.ended()
	return More
}

// list is where the members of the innermost level go, nil if they are not
// kept.
func (s *Scan) list() *[]Member {
	depth := len(s.stack)
	if depth == 0 || depth > 3 || s.stack[depth-1] == '[' {
		return nil
	}
	stack := s.stack
	if stack[0] == '[' {
		if len(s.Parts) == 0 || s.Items > s.MostParts {
			return nil
		}
		stack = stack[1:]
	}
	switch {
	case len(stack) == 1:
		return &s.Members
	case len(stack) == 2 && stack[0] == '{':
		return &s.Inner
	}
	return nil
}

// begin notes where a value starts.
func (s *Scan) begin() {
	if len(s.stack) == 1 && s.stack[0] == '[' {
		if s.Items++; s.Items <= s.MostParts {
			s.Parts = append(s.Parts, Part{Value: s.pos, Members: len(s.Members), Inner: len(s.Inner)})
		}
	}
	if list := s.list(); list != nil {
		(*list)[len(*list)-1].Value = s.pos
	}
}

// ended notes that a value ends at s.pos.
func (s *Scan) ended() {
	if len(s.stack) == 0 {
		s.want = wantNothing
		return
	}
	if list := s.list(); list != nil {
		(*list)[len(*list)-1].ValueEnd = s.pos
	}
	if len(s.stack) == 1 && s.stack[0] == '[' && s.Items <= s.MostParts {
		s.Parts[s.Items-1].ValueEnd = s.pos
	}
	s.want = wantCommaOrEnd
}

// Value returns the index after the value that starts at or after b[i], white
// space allowed before it. ok is false if there is none, or only part of one,
// or one deeper than MaxDepth.
func Value(b []byte, i int) (end int, ok bool) {
	i = Space(b, i)
	if i >= len(b) {
		return i, false
	}
	switch b[i] { // the scalars need no Scan
	case '"':
		return String(b, i)
	case '{', '[':
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number(b, i)
	default:
		return literal(b, i)
	}
	s := Scan{pos: i}
	ok = s.Read(b) == Whole
	return s.pos, ok
}
