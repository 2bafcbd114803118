package rpc

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grpcline/grpcline/internal/strictjson"
)

// node is any JSON, with a path to it.
type node struct {
	t     *testing.T
	path  string
	value any
}

// discovered is the document as a host reads it.
func discovered(t *testing.T) node {
	t.Helper()
	text, err := json.Marshal(newTable(allMethods()).api().OpenRPC("1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return node{t, "#", value}
}

// object checks the names of an object's members: those in required must be
// there, those in optional may be, and so may extensions (OpenRPC,
// "Specification Extensions").
func (n node) object(required, optional string) node {
	n.t.Helper()
	members, ok := n.value.(map[string]any)
	if !ok {
		n.t.Fatalf("%s is no object", n.path)
	}
	must := strings.Fields(required)
	for _, name := range must {
		if _, ok := members[name]; !ok {
			n.t.Errorf("%s has no %s", n.path, name)
		}
	}
	for name := range members {
		if !slices.Contains(must, name) && !slices.Contains(strings.Fields(optional), name) && !strings.HasPrefix(name, "x-") {
			n.t.Errorf("%s has %s", n.path, name)
		}
	}
	return n
}

func (n node) at(name string) node {
	members, _ := n.value.(map[string]any)
	return node{n.t, n.path + "/" + name, members[name]}
}

func (n node) text() string {
	text, _ := n.value.(string)
	if text == "" {
		n.t.Errorf("%s is no text", n.path)
	}
	return text
}

func (n node) items() []node {
	list, ok := n.value.([]any)
	if !ok {
		n.t.Errorf("%s is no array", n.path)
	}
	var items []node
	for i, value := range list {
		items = append(items, node{n.t, n.path + "/" + string(rune('0'+i%10)), value})
	}
	return items
}

func (n node) members() []node {
	var list []node
	members, _ := n.value.(map[string]any)
	for name := range members {
		list = append(list, n.at(name))
	}
	return list
}

// TestDocumentIsOpenRPC checks the document against the rules of OpenRPC 1.3.2
// and its meta schema.
func TestDocumentIsOpenRPC(t *testing.T) {
	d := discovered(t).object("openrpc info methods", "components servers externalDocs $schema")
	if got := d.at("openrpc").text(); got != "1.3.2" {
		t.Errorf("openrpc is %s", got)
	}
	d.at("info").object("title version", "description termsOfService contact license")
	var names []string
	for _, m := range slices.Concat(d.at("methods").items(), d.at("x-notifications").items()) {
		m.object("name params", "description summary servers tags paramStructure result errors links examples deprecated externalDocs")
		names = append(names, m.at("name").text())
		checkParams(m)
		if result := m.at("result"); result.value != nil {
			checkContent(result)
		}
	}
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("names of methods are not unique: %v", names)
	}
	parts := d.at("components").object("", "schemas links errors examples examplePairings contentDescriptors tags")
	key := regexp.MustCompile(`^[a-zA-Z0-9.\-_]+$`)
	codes := map[any]bool{}
	for _, e := range parts.at("errors").members() {
		e.object("code message", "data")
		e.at("message").text()
		code := e.at("code").value
		if n, ok := code.(float64); !ok || n != float64(int(n)) || codes[code] {
			t.Errorf("%s: code %v", e.path, code)
		}
		codes[code] = true
	}
	for _, part := range slices.Concat(parts.at("errors").members(), parts.at("schemas").members()) {
		if name := part.path[strings.LastIndex(part.path, "/")+1:]; !key.MatchString(name) {
			t.Errorf("a component is called %q", name)
		}
	}
	for _, s := range parts.at("schemas").members() {
		checkSchema(s)
	}
	checkReferences(d, d)
}

// checkParams: OpenRPC wants unique names, and required params first.
func checkParams(m node) {
	seen := map[string]bool{}
	optional := ""
	for _, p := range m.at("params").items() {
		name := checkContent(p)
		if seen[name] {
			m.t.Errorf("%s has the param %s twice", m.path, name)
		}
		seen[name] = true
		switch required := p.at("required").value == true; {
		case !required:
			optional = name
		case optional != "":
			m.t.Errorf("%s: the required %s stands after the optional %s", m.path, name, optional)
		}
	}
	if s := m.at("paramStructure").text(); !slices.Contains([]string{"by-name", "by-position", "either"}, s) {
		m.t.Errorf("%s has the paramStructure %s", m.path, s)
	}
	if x := m.at("x-positional"); x.value != nil {
		for _, name := range x.items() {
			if !seen[name.text()] {
				m.t.Errorf("%s is no param", name.text())
			}
		}
	}
}

// checkContent checks a Content Descriptor Object and returns its name.
func checkContent(c node) string {
	c.object("name schema", "summary description required deprecated")
	checkSchema(c.at("schema"))
	return c.at("name").text()
}

// checkSchema checks a JSON Schema (draft 7).
func checkSchema(s node) {
	if _, ok := s.value.(bool); ok {
		return
	}
	s.object("", "$ref description type enum anyOf properties required additionalProperties items minimum")
	if kind := s.at("type").value; kind != nil && !slices.Contains([]any{"string", "boolean", "integer", "object", "array"}, kind) {
		s.t.Errorf("%s has the type %v", s.path, kind)
	}
	for _, p := range s.at("properties").members() {
		checkSchema(p)
	}
	if list := s.at("anyOf"); list.value != nil {
		for _, one := range list.items() {
			checkSchema(one)
		}
	}
	for _, name := range []string{"items", "additionalProperties"} {
		if inner := s.at(name); inner.value != nil {
			checkSchema(inner)
		}
	}
	if required := s.at("required"); required.value != nil {
		for _, name := range required.items() {
			if s.at("properties").at(name.text()).value == nil {
				s.t.Errorf("%s requires %s, which it has not", s.path, name.text())
			}
		}
	}
}

// checkReferences follows every $ref.
func checkReferences(root, n node) {
	switch value := n.value.(type) {
	case map[string]any:
		for _, m := range n.members() {
			checkReferences(root, m)
		}
		if ref, ok := value["$ref"].(string); ok {
			to := root
			for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				to = to.at(name)
			}
			if to.value == nil {
				n.t.Errorf("%s refers to %s, which is not there", n.path, ref)
			}
		}
	case []any:
		for _, item := range n.items() {
			checkReferences(root, item)
		}
	}
}

// TestDocumentIsTheTable checks that the document and the decoder of params say
// the same of names, and of what is required.
func TestDocumentIsTheTable(t *testing.T) {
	table := newTable(allMethods())
	document := table.api().OpenRPC("")
	for i, m := range table.methods {
		doc := document.Methods[i]
		if doc.Name != m.Name || doc.Alias != m.Alias || doc.Summary != m.Summary || (doc.Result == nil) != (m.Name == "$/cancelRequest") {
			t.Errorf("%s is described as %+v", m.Name, doc)
		}
		var names, inOrder, required []string
		for _, p := range doc.Params {
			names, inOrder = append(names, p.Name), append(inOrder, p.Name)
			if p.Required {
				required = append(required, p.Name)
			}
		}
		params := reflect.New(m.Params).Interface()
		known := slices.Clone(strictjson.Names(params))
		slices.Sort(known)
		slices.Sort(names)
		if !slices.Equal(known, names) {
			t.Errorf("%s takes %v, described are %v", m.Name, known, names)
		}
		err, _ := paramsOf("{}").decode(m.Order, params).(*strictjson.Error)
		if (err == nil) != (len(required) == 0) || err != nil && !slices.Contains(required, err.Path) {
			t.Errorf("%s: of no params the decoder says %v, required are %v", m.Name, err, required)
		}
		wantEither := len(m.Order) == len(names) && slices.Equal(doc.Positional, inOrder)
		if (doc.ParamStructure == "either") != wantEither {
			t.Errorf("%s: paramStructure is %s", m.Name, doc.ParamStructure)
		}
	}
}
