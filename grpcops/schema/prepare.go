package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of one file. The compiler takes about 700 bytes of memory a token, and
// more time than it should for what is deeply nested or far along a line.
const (
	maxLevels  = 100     // levels of braces and brackets
	maxTokens  = 4 << 20 // of all files of one compile
	maxParts   = 1000    // of a name with dots
	maxWord    = 4096    // bytes of a part
	lineLength = 256     // bytes of a line before it is broken
)

// prepared is the text of a file as the compiler gets it: lines that are long are
// broken, as the compiler counts from the start of the line to tell where a token
// is; comments in Windows-1251 are UTF-8; imports have slashes; and a part "stream"
// of the name of a method's type, which the compiler takes for the keyword, is
// masked.
type prepared struct {
	text   string
	breaks []lineBreak
	masked []int // offsets in text
	tokens int
}

// lineBreak is a break that was put in: line of the text begins in column of the
// line of the file.
type lineBreak struct{ line, fileLine, column int }

// mask stands for "stream" and is as long.
const mask = "s_ream"

// place is where a place of the text is in the file; all count from 1.
func (p *prepared) place(line, column int) (int, int) {
	before, _ := slices.BinarySearchFunc(p.breaks, line+1, func(b lineBreak, line int) int { return b.line - line })
	if before == 0 {
		return line, column
	}
	if b := p.breaks[before-1]; b.line == line {
		return b.fileLine, column + b.column - 1
	}
	return line - before, column
}

// prepare makes what the compiler gets of a file. A file that the compiler must not
// see has a diagnostic instead.
func prepare(name, text string) (*prepared, *Diagnostic) {
	if what := notSource(text); what != "" {
		return nil, &Diagnostic{name, 1, 1, what}
	}
	s := &scanner{in: text, line: 1, fileLine: 1, column: 1}
	s.out.Grow(len(text) + len(text)/lineLength)
	s.scan()
	if s.wrong != nil {
		s.wrong.File = name
		return nil, s.wrong
	}
	return &prepared{s.out.String(), s.breaks, s.masked, s.tokens}, nil
}

// notSource says what a text is that cannot be proto source, "" if it may be.
func notSource(text string) string {
	start := strings.ToLower(strings.TrimSpace(text[:min(len(text), 256)]))
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), isUTF16(text):
		return "the file is UTF-16: save it as UTF-8"
	case strings.HasPrefix(text, "\x1f\x8b"):
		return "the file is compressed with gzip: unpack it first"
	case strings.HasPrefix(text, "PK\x03\x04"):
		return "the file is a zip archive: unpack it and give the .proto files, or their folder"
	case strings.HasPrefix(start, "<!doctype"), strings.HasPrefix(start, "<html"), strings.HasPrefix(start, "<head"):
		return "the file is an HTML page and not proto source; a site that shows sources has another URL for the raw file"
	}
	return ""
}

// isUTF16 tells UTF-16 without a byte order mark by the NUL in every other byte of
// its ASCII.
func isUTF16(text string) bool {
	head := text[:min(len(text), 64)]
	nuls := [2]int{}
	for i := range len(head) {
		if head[i] == 0 {
			nuls[i%2]++
		}
	}
	return len(head) >= 4 && max(nuls[0], nuls[1])*3 > len(head) && min(nuls[0], nuls[1]) == 0
}

// scanner reads proto source token by token and writes it anew.
type scanner struct {
	in  string
	pos int
	out bytes.Buffer

	line             int // of out
	lineStart        int // offset in out
	fileLine, column int // of pos, as the compiler counts

	breaks []lineBreak
	masked []int
	tokens int
	depth  int
	wrong  *Diagnostic // the first

	statement int    // tokens of the current statement so far
	first     string // its first word
	before    byte   // the first byte of the token before
	parts     int    // of the name with dots that is being read
	inType    bool   // between the parentheses of an rpc
}

func (s *scanner) scan() {
	for s.pos < len(s.in) && s.wrong == nil {
		switch c := s.in[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v':
			s.write(1)
			s.maybeBreak()
		case strings.HasPrefix(s.in[s.pos:], "//"):
			s.comment(lengthTo(s.in[s.pos:], "\n", false))
		case strings.HasPrefix(s.in[s.pos:], "/*"):
			s.comment(2 + lengthTo(s.in[s.pos+2:], "*/", true))
		case c == '"' || c == '\'':
			s.literal()
		case isWord(c):
			s.word()
		default:
			s.punctuation(c)
		}
	}
}

// lengthTo is the number of bytes before a mark, or with it, or all.
func lengthTo(text, mark string, with bool) int {
	i := strings.Index(text, mark)
	switch {
	case i < 0:
		return len(text)
	case with:
		return i + len(mark)
	}
	return i
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// write copies n bytes.
func (s *scanner) write(n int) {
	text := s.in[s.pos : s.pos+n]
	s.out.WriteString(text)
	s.pos += n
	s.advance(text)
}

// advance counts what was written.
func (s *scanner) advance(text string) {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\n':
			s.line++
			s.fileLine++
			s.column = 1
			s.lineStart = s.out.Len() - (len(text) - i - 1)
		case c == '\t':
			s.column += 8 - (s.column-1)%8
		case utf8.RuneStart(c):
			s.column++
		}
	}
}

// maybeBreak breaks the line after a token or a space, if it is long. A comment
// that follows stays where it is, as it may belong to what is before it.
func (s *scanner) maybeBreak() {
	if s.out.Len()-s.lineStart < lineLength || s.pos == len(s.in) || strings.IndexByte("/\r\n", s.in[s.pos]) >= 0 {
		return
	}
	s.out.WriteByte('\n')
	s.line++
	s.lineStart = s.out.Len()
	s.breaks = append(s.breaks, lineBreak{s.line, s.fileLine, s.column})
}

// fail reports the first error.
func (s *scanner) fail(format string, args ...any) {
	if s.wrong == nil {
		s.wrong = &Diagnostic{Line: s.fileLine, Column: s.column, Message: fmt.Sprintf(format, args...)}
	}
}

// comment writes a comment. One that is not UTF-8 is taken for Windows-1251, in
// which every byte is a letter.
func (s *scanner) comment(n int) {
	text := s.in[s.pos : s.pos+n]
	if utf8.ValidString(text) {
		s.write(n)
		return
	}
	decoded, err := charmap.Windows1251.NewDecoder().String(text)
	if err != nil {
		s.fail("the file is not UTF-8")
		return
	}
	s.out.WriteString(decoded)
	s.pos += n
	s.advance(decoded)
}

// literal writes a string; that of an import has slashes afterwards.
func (s *scanner) literal() {
	quote, end := s.in[s.pos], s.pos+1
	for end < len(s.in) && s.in[end] != quote && s.in[end] != '\n' {
		if s.in[end] == '\\' && end+1 < len(s.in) && s.in[end+1] != '\n' {
			end++
		}
		end++
	}
	if end < len(s.in) && s.in[end] == quote {
		end++
	}
	text := s.in[s.pos:min(end, len(s.in))]
	switch {
	case !utf8.ValidString(text):
		s.notUTF8(text)
	case s.first == "edition" && s.statement == 2 && s.depth == 0:
		s.edition(strings.Trim(text, `"'`))
	}
	if s.first == "import" && s.statement <= 2 && s.depth == 0 && strings.Contains(text, `\`) {
		slashed := strings.ReplaceAll(strings.ReplaceAll(text, `\\`, `/`), `\`, `/`)
		s.out.WriteString(slashed)
		s.pos += len(text)
		s.advance(text)
	} else {
		s.write(len(text))
	}
	s.token('"')
}

// edition refuses the editions whose sources the compiler does not know.
func (s *scanner) edition(name string) {
	if year := strings.TrimLeft(name, "0123456789"); year == "" && name > "2023" {
		s.fail("sources of edition %s are not supported, those of edition 2023, proto2 and proto3 are; give a descriptor set in its place (protoc --include_imports --descriptor_set_out)", name)
	}
}

// notUTF8 reports the first byte of text that is not UTF-8.
func (s *scanner) notUTF8(text string) {
	valid := text[:len(text)-len(strings.TrimLeftFunc(text, func(r rune) bool { return r != utf8.RuneError }))]
	s.column += utf8.RuneCountInString(valid)
	s.fail("the file is not UTF-8; if it is Windows-1251, save it as UTF-8 (in comments alone Windows-1251 is read)")
}

func (s *scanner) word() {
	end := s.pos + 1
	for end < len(s.in) && isWord(s.in[end]) {
		end++
	}
	word := s.in[s.pos:end]
	if len(word) > maxWord {
		s.fail("a name of more than %d letters", maxWord)
		return
	}
	if s.before != '.' {
		s.parts = 0
	}
	if s.parts++; s.parts > maxParts {
		s.fail("a name of more than %d parts", maxParts)
		return
	}
	if s.statement == 0 {
		s.first = word
	}
	if s.inType && s.before == '.' && word == "stream" {
		s.masked = append(s.masked, s.out.Len())
		s.out.WriteString(mask)
		s.pos = end
		s.advance(mask)
	} else {
		s.write(len(word))
	}
	s.token('a')
}

func (s *scanner) punctuation(c byte) {
	if c >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(s.in[s.pos:])
		if r == utf8.RuneError && n == 1 {
			s.notUTF8(s.in[s.pos:min(len(s.in), s.pos+utf8.UTFMax)])
			return
		}
		s.write(n)
		s.token(c)
		return
	}
	switch c {
	case '{', '[':
		if s.depth++; s.depth > maxLevels {
			s.fail("more than %d levels of nesting", maxLevels)
			return
		}
	case '}', ']':
		s.depth = max(0, s.depth-1)
	case '(':
		s.inType = s.first == "rpc"
	case ')':
		s.inType = false
	}
	s.write(1)
	s.token(c)
	if c == ';' || c == '{' || c == '}' {
		s.statement, s.first, s.inType = 0, "", false
	}
	s.maybeBreak()
}

// token counts a token of the statement.
func (s *scanner) token(first byte) {
	s.tokens++
	s.statement++
	s.before = first
}
