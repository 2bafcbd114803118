package describe

import (
	"reflect"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/grpcops"
)

// Table is a table of protocol.md. It stands there between <!-- name --> and
// <!-- /name -->.
type Table struct {
	Name string
	Text string
}

// Tables are all of them.
func (a *API) Tables() []Table {
	s := a.schemas()
	tables := []Table{
		{"methods", a.methodTable()},
		{"params", meaningTable(s, "param", a.paramMeanings())},
		{"stream options", meaningTable(s, "option", a.streamOptions())},
		{"results", meaningTable(s, "member", a.resultMeanings())},
		{"notifications", a.notificationTable()},
		{"errors", a.errorTable()},
		{"error data", meaningTable(s, "member", a.errorMeanings())},
	}
	for _, one := range a.Structs {
		tables = append(tables, Table{one.Table, memberTable(s, one.Type)})
	}
	return tables
}

// methodTable has a row for each method.
func (a *API) methodTable() string {
	var rows [][]string
	for _, m := range a.Methods {
		name := code(m.Name)
		if m.Alias != "" {
			name += "<br>" + code(m.Alias)
		}
		result := ""
		if !m.isNotification() {
			result = resultText(m.Result)
		}
		rows = append(rows, []string{name, m.Summary, a.paramText(m), result})
	}
	return markdown([]string{"method", "what it does", "params, in order", "result"}, rows)
}

// paramText lists the params by position, then what goes by name only.
func (a *API) paramText(m *Method) string {
	var ordered, named, groups []string
	for _, p := range m.members() {
		group := a.groupOf(p.owner)
		switch {
		case slices.Contains(m.Order, p.name):
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

// groupOf names the params that a struct declares if they have a table of
// their own, and go by name.
func (a *API) groupOf(owner reflect.Type) string {
	switch owner {
	case reflect.TypeFor[grpcops.ConnectionParams]():
		return "all other connection params"
	case reflect.TypeFor[grpcops.TLSSettings]():
		return "all other TLS settings"
	case reflect.TypeFor[grpcops.CallOptions]():
		return "call options"
	case a.StreamOptions:
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
	case t == reflect.TypeFor[OpenRPC]():
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

// signature is the name, with a mark if it may be absent.
func (m member) signature() string {
	if m.required {
		return m.name
	}
	return m.name + "?"
}

func (a *API) notificationTable() string {
	var rows [][]string
	for _, n := range a.Notifications {
		rows = append(rows, []string{code(n.Name), n.Summary, resultText(n.Params)})
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
