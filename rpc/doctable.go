package rpc

import (
	"reflect"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/state"
)

//go:generate go test -run TestProtocolTables -update

// docTable is a table of protocol.md. It stands there between <!-- name --> and
// <!-- /name -->.
type docTable struct {
	name string
	text string
}

// docTables are all of them.
func (t *table) docTables() []docTable {
	s := newSchemas()
	return []docTable{
		{"methods", t.methodTable()},
		{"params", meaningTable(s, "param", t.paramMeanings())},
		{"connection params", memberTable(s, reflect.TypeFor[grpcops.ConnectionParams]())},
		{"tls settings", memberTable(s, reflect.TypeFor[grpcops.TLSSettings]())},
		{"keepalive", memberTable(s, reflect.TypeFor[grpcops.Keepalive]())},
		{"call options", memberTable(s, reflect.TypeFor[grpcops.CallOptions]())},
		{"json options", memberTable(s, reflect.TypeFor[grpcops.JSONOptions]())},
		{"stream options", meaningTable(s, "option", streamOptions())},
		{"results", meaningTable(s, "member", t.resultMeanings())},
		{"status", memberTable(s, reflect.TypeFor[grpcops.Status]())},
		{"methods of a service", memberTable(s, reflect.TypeFor[introspect.MethodInfo]())},
		{"connection state", memberTable(s, reflect.TypeFor[state.ConnectionState]())},
		{"stream state", memberTable(s, reflect.TypeFor[state.StreamState]())},
		{"limits", memberTable(s, reflect.TypeFor[limits]())},
		{"notifications", notificationTable()},
		{"errors", errorTable()},
		{"error data", meaningTable(s, "member", errorMeanings())},
	}
}

// methodTable has a row for each method.
func (t *table) methodTable() string {
	var rows [][]string
	for _, m := range t.methods {
		name := code(m.name)
		if m.alias != "" {
			name += "<br>" + code(m.alias)
		}
		result := ""
		if !m.isNotification() {
			result = resultText(m.result)
		}
		rows = append(rows, []string{name, m.summary, m.paramText(), result})
	}
	return markdown([]string{"method", "what it does", "params, in order", "result"}, rows)
}

// paramText lists the params by position, then what goes by name only.
func (m *method) paramText() string {
	var ordered, named, groups []string
	for _, p := range m.members() {
		group := groupOf(p.owner)
		switch {
		case slices.Contains(m.order, p.name):
			ordered = append(ordered, p.signature())
		case group == "":
			named = append(named, p.signature())
		case !slices.Contains(groups, group):
			groups = append(groups, group)
		}
	}
	parts := []string{}
	if len(ordered) > 0 {
		parts = append(parts, code(strings.Join(ordered, ", ")))
	}
	if len(named) > 0 {
		groups = append([]string{code(strings.Join(named, ", "))}, groups...)
	}
	if len(groups) > 0 {
		parts = append(parts, "by name: "+strings.Join(groups, ", "))
	}
	return strings.Join(parts, "; ")
}

// groupOf names the params that a struct declares where they have a table of
// their own, and go by name.
func groupOf(owner reflect.Type) string {
	switch owner {
	case reflect.TypeFor[grpcops.ConnectionParams]():
		return "all other connection params"
	case reflect.TypeFor[grpcops.TLSSettings]():
		return "all other TLS settings"
	case reflect.TypeFor[grpcops.CallOptions]():
		return "call options"
	case reflect.TypeFor[streamCallParams]():
		return "stream options"
	}
	return ""
}

func resultText(t reflect.Type) string {
	t = direct(t)
	switch {
	case t == reflect.TypeFor[grpcops.ConnectionParams]():
		return "connection params"
	case t == reflect.TypeFor[grpcops.TLSSettings]():
		return "TLS settings"
	case t == reflect.TypeFor[openRPC]():
		return "an OpenRPC document"
	case t.Kind() == reflect.Bool:
		return "`true` or `false`"
	}
	var names []string
	for _, m := range membersOf(t) {
		names = append(names, m.signature())
	}
	return code("{" + strings.Join(names, ", ") + "}")
}

// signature is the name, with a mark where it may be absent.
func (m member) signature() string {
	if m.required {
		return m.name
	}
	return m.name + "?"
}

func notificationTable() string {
	var rows [][]string
	for _, n := range notifications() {
		rows = append(rows, []string{code(n.name), n.summary, resultText(n.params)})
	}
	return markdown([]string{"notification", "when", "params"}, rows)
}

func memberTable(s *schemas, t reflect.Type) string {
	var rows [][]string
	for _, m := range membersOf(t) {
		rows = append(rows, []string{code(m.signature()), s.word(s.member(m)), m.doc})
	}
	return markdown([]string{"name", "type", "meaning"}, rows)
}

func code(text string) string { return "`" + text + "`" }

// markdown writes a table.
func markdown(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, r := range rows {
		line(r)
	}
	return b.String()
}
