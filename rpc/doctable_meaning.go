package rpc

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
func (t *table) paramMeanings() meanings {
	var all meanings
	for _, m := range t.methods {
		all.add(code(m.name), slices.DeleteFunc(m.members(), func(p member) bool {
			return groupOf(p.owner) != "" && (!slices.Contains(m.order, p.name) || p.owner != reflect.TypeFor[streamCallParams]())
		}))
	}
	return all
}

// streamOptions are what init…Stream takes by name beside the call options.
func streamOptions() meanings {
	var all meanings
	for _, m := range streamMethods() {
		if m.handle == "" {
			continue
		}
		all.add("", slices.DeleteFunc(m.members(), func(p member) bool {
			return p.owner != reflect.TypeFor[streamCallParams]() || slices.Contains(m.order, p.name)
		}))
	}
	return all
}

// resultMeanings are the members of results, but for those of params that come
// back.
func (t *table) resultMeanings() meanings {
	var all meanings
	for _, m := range t.methods {
		switch result := direct(m.result); {
		case result.Kind() != reflect.Struct:
		case result == reflect.TypeFor[grpcops.ConnectionParams](), result == reflect.TypeFor[grpcops.TLSSettings](), result == reflect.TypeFor[openRPC]():
		default:
			all.add(code(m.name), membersOf(result))
		}
	}
	return all
}

// errorMeanings are the members of the data of errors.
func errorMeanings() meanings {
	var all meanings
	for _, e := range errorDocs() {
		if e.data != nil {
			all.add(fmt.Sprint(e.code), membersOf(e.data))
		}
	}
	all.add("a status", membersOf(reflect.TypeFor[statusData]()))
	return all
}

// meaningTable says of a name with several meanings where it has which.
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
func errorTable() string {
	var rows [][]string
	for _, e := range errorDocs() {
		var words []string
		for _, r := range e.reasons {
			words = append(words, code(r))
		}
		var data []string
		if e.data != nil {
			for _, m := range membersOf(e.data) {
				data = append(data, m.signature())
			}
			data = []string{code("{" + strings.Join(data, ", ") + "}")}
		}
		rows = append(rows, []string{code(fmt.Sprint(e.code)), e.meaning, strings.Join(words, ", "), strings.Join(data, "")})
	}
	return markdown([]string{"code", "meaning", "`data.reason`", "`data`"}, rows)
}
