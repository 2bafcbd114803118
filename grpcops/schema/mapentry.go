package schema

import (
	"strings"
	"unicode"

	"google.golang.org/protobuf/types/descriptorpb"
)

// nameMapEntries gives the entry types of map fields the names that protobuf
// demands, the field's in camel case and "Entry". Some servers (protobufjs) call
// them otherwise, which nothing else can tell: entries are never used by name.
func nameMapEntries(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		nameMapEntries(m.NestedType)
		entries := map[string]*descriptorpb.DescriptorProto{}
		for _, nested := range m.NestedType {
			if nested.GetOptions().GetMapEntry() {
				entries[nested.GetName()] = nested
			}
		}
		for _, field := range m.Field {
			prefix, name := cutLast(field.GetTypeName())
			entry := entries[name]
			if entry == nil || prefix != "" && !strings.HasSuffix("."+prefix, "."+m.GetName()+".") {
				continue
			}
			delete(entries, name) // an entry is of one field alone
			right := mapEntryName(field.GetName())
			entry.Name = &right
			typeName := prefix + right
			field.TypeName = &typeName
		}
	}
}

// cutLast splits a type name before its last part.
func cutLast(name string) (prefix, last string) {
	cut := strings.LastIndexByte(name, '.') + 1
	return name[:cut], name[cut:]
}

// mapEntryName is the name of the entry type of a map field.
func mapEntryName(field string) string {
	var b strings.Builder
	upper := true
	for _, c := range field {
		switch {
		case c == '_':
			upper = true
		case upper:
			b.WriteRune(unicode.ToUpper(c))
			upper = false
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + "Entry"
}
