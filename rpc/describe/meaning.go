package describe

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/grpcline/grpcline/grpcops"
)

// meaning is a member that several objects may have, and what it means in them.
type meaning struct {
	member
	of []string // the methods, or codes
}

// meanings are those of many objects, equal ones together.
type meanings []meaning

// add adds the members of the object of.
func (m *meanings) add(of string, members []member) {
	for _, one := range members {
		i := slices.IndexFunc(*m, func(known meaning) bool {
			return known.name == one.name && known.doc == one.doc
		})
		if i < 0 {
			i = len(*m)
			*m = append(*m, meaning{member: one})
		}
		(*m)[i].of = append((*m)[i].of, of)
	}
}

// paramMeanings are the params of methods, but for those of groups.
func (a *API) paramMeanings() meanings {
	var all meanings
	for _, m := range a.Methods {
		all.add(code(m.Name), slices.DeleteFunc(m.members(), func(p member) bool {
			return a.groupOf(p.owner) != "" && (!slices.Contains(m.Order, p.name) || p.owner != a.StreamOptions)
		}))
	}
	return all
}

// streamOptions are what init…Stream takes by name beside the call options.
func (a *API) streamOptions() meanings {
	var all meanings
	for _, m := range a.Methods {
		if m.Handle == "" {
			continue
		}
		all.add("", slices.DeleteFunc(m.members(), func(p member) bool {
			return p.owner != a.StreamOptions || slices.Contains(m.Order, p.name)
		}))
	}
	return all
}

// resultMeanings are the members of results, but for those of params that come
// back.
func (a *API) resultMeanings() meanings {
	var all meanings
	for _, m := range a.Methods {
		switch result := direct(m.Result); {
		case result.Kind() != reflect.Struct:
		case result == reflect.TypeFor[grpcops.ConnectionParams](), result == reflect.TypeFor[grpcops.TLSSettings](), result == reflect.TypeFor[OpenRPC]():
		default:
			all.add(code(m.Name), membersOf(result))
		}
	}
	return all
}

// errorMeanings are the members of the data of errors.
func (a *API) errorMeanings() meanings {
	var all meanings
	for _, e := range a.Errors {
		if e.Data != nil {
			all.add(fmt.Sprint(e.Code), membersOf(e.Data))
		}
	}
	all.add("a status", membersOf(a.StatusData))
	return all
}

// meaningTable says which of several meanings a name has in which objects.
func meaningTable(s *schemas, what string, all meanings) string {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b meaning) int { return strings.Compare(a.name, b.name) })
	var rows [][]string
	for i, m := range sorted {
		name := code(m.name)
		if i > 0 && sorted[i-1].name == m.name || i+1 < len(sorted) && sorted[i+1].name == m.name {
			name += " of " + strings.Join(m.of, ", ")
		}
		rows = append(rows, []string{name, s.word(s.member(m.member)), m.doc})
	}
	return markdown([]string{what, "type", "meaning"}, rows)
}

// errorTable has a row for each code of the worker.
func (a *API) errorTable() string {
	var rows [][]string
	for _, e := range a.Errors {
		var words []string
		for _, r := range e.Reasons {
			words = append(words, code(r))
		}
		var data []string
		if e.Data != nil {
			for _, m := range membersOf(e.Data) {
				data = append(data, m.signature())
			}
			data = []string{code("{" + strings.Join(data, ", ") + "}")}
		}
		rows = append(rows, []string{code(fmt.Sprint(e.Code)), e.Meaning, strings.Join(words, ", "), strings.Join(data, "")})
	}
	return markdown([]string{"code", "meaning", "`data.reason`", "`data`"}, rows)
}

// Undocumented names the members of params, results and errors that say nothing of
// themselves.
func (a *API) Undocumented() []string {
	var names []string
	for _, all := range []meanings{a.paramMeanings(), a.streamOptions(), a.resultMeanings(), a.errorMeanings()} {
		for _, m := range all {
			if m.doc == "" {
				names = append(names, fmt.Sprintf("%q of %s", m.name, strings.Join(m.of, ", ")))
			}
		}
	}
	for name, schema := range a.OpenRPC("").Components.Schemas {
		for _, p := range schema.Properties {
			if p.Schema.Description == "" {
				names = append(names, fmt.Sprintf("%q of %s", p.Name, name))
			}
		}
	}
	return names
}
