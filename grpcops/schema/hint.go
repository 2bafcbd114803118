package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/grpcline/grpcline/internal/nearest"
)

// nearestFile is the end of a sentence about a file that is missing: the known
// names like its own, folders being parts of a name. Where there are none, the
// bundled files are searched.
func nearestFile(name string, known []string) string {
	if hint := hintOf(name, known); hint != "" {
		return hint
	}
	var bundled []string
	for _, f := range append(wellKnownFiles(), googleapis()...) {
		bundled = append(bundled, f.Path())
	}
	return hintOf(name, bundled)
}

func hintOf(name string, known []string) string {
	dotted := make([]string, len(known))
	original := map[string]string{}
	for i, k := range known {
		dotted[i] = dottedPath(k)
		original[dotted[i]] = k
	}
	var alike []string
	for _, d := range nearest.Names(dottedPath(name), dotted) {
		alike = append(alike, original[d])
	}
	if len(alike) == 0 {
		return ""
	}
	return `; did you mean "` + strings.Join(alike, `" or "`) + `"?`
}

// dottedPath writes a path like a full name, so that its last part is the file.
func dottedPath(path string) string {
	path = strings.TrimSuffix(path, ".proto")
	return strings.NewReplacer(".", "_", "/", ".", `\`, ".").Replace(path)
}

// unknownType is how the compiler's message about a type ends.
var unknownType = regexp.MustCompile(`unknown (?:[a-z]+ )?type \.?([\w.]+)$`)

// typeHint is the end of a message about an unknown type: the file that would
// have to be imported, else the names like its own.
func (c *compilation) typeHint(message string) string {
	m := unknownType.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	known := map[string]string{} // full name → file
	for path, parsed := range c.parsed {
		eachType(parsed.FileDescriptorProto(), func(name protoreflect.FullName) { known[string(name)] = path })
	}
	if path := known[m[1]]; path != "" {
		return fmt.Sprintf("; it is in %q, which is not imported", path)
	}
	if d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(m[1])); err == nil {
		if f, ok := bundledFile(d.ParentFile().Path()); ok {
			return fmt.Sprintf("; it is in %q, which is not imported", f.Path())
		}
	}
	return nearest.Hint(m[1], slices.Sorted(maps.Keys(known)))
}

// definedTwice is the compiler's message about a name that two places define.
var definedTwice = regexp.MustCompile(`^symbol ".*" already defined at (.+):\d+:\d+$`)

// explainTwins says once of two files with the same text that they are one, in the
// place of what the compiler says of every name in them.
func (c *compilation) explainTwins() {
	told := map[string]bool{}
	var found []Diagnostic
	for _, d := range c.found {
		if m := definedTwice.FindStringSubmatch(d.Message); m != nil && c.areTwins(d.File, m[1]) {
			first, second := min(d.File, m[1]), max(d.File, m[1]) // the compiler may come by either first
			if told[second] {
				continue
			}
			told[second] = true
			d = Diagnostic{second, 1, 1, fmt.Sprintf("the same file as %q; give it once, under the name by which it is imported", first)}
		}
		found = append(found, d)
	}
	c.found = found
}

func (c *compilation) areTwins(a, b string) bool {
	i, ok := c.texts.byName[a]
	j, known := c.texts.byName[b]
	return ok && known && i != j && c.texts.files[i].sum == c.texts.files[j].sum
}
