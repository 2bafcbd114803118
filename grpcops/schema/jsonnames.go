package schema

import (
	"regexp"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/types/descriptorpb"
)

// jsonConflict is the compiler's message about two fields, or two values of an enum,
// that have one name in JSON.
var jsonConflict = regexp.MustCompile(`^(?:field .*: (custom|default) JSON name .* conflicts with (custom|default) JSON name of field|enum value .*: camel-case name )`)

// isOnlyWarning tells an error of the compiler that is a warning of protoc (descriptor.cc,
// CheckFieldJsonNameUniqueness and CheckEnumValueUniqueness): that two things have one
// name in JSON, in proto2 or where deprecated_legacy_json_field_conflicts is set, and
// not both have it by their own json_name.
func (c *compilation) isOnlyWarning(e reporter.ErrorWithPos) bool {
	kinds := jsonConflict.FindStringSubmatch(e.Unwrap().Error())
	if kinds == nil || kinds[1] == "custom" && kinds[2] == "custom" {
		return false
	}
	parsed := c.parsed[e.GetPosition().Filename]
	if parsed == nil {
		return false
	}
	file := parsed.FileDescriptorProto()
	only := file.GetSyntax() == "" || file.GetSyntax() == "proto2" || isLegacyAt(parsed, file, e.GetPosition().Offset)
	c.warned = c.warned || only
	return only
}

// isLegacyAt tells whether the message or enum, whose field or value begins at an
// offset, has the option.
func isLegacyAt(parsed parser.Result, file *descriptorpb.FileDescriptorProto, offset int) bool {
	begins := func(node ast.Node) bool { return parsed.FileNode().NodeInfo(node).Start().Offset == offset }
	inEnums := func(enums []*descriptorpb.EnumDescriptorProto) bool {
		for _, e := range enums {
			for _, v := range e.GetValue() {
				if begins(parsed.EnumValueNode(v)) {
					return isSet(e.GetOptions().GetUninterpretedOption())
				}
			}
		}
		return false
	}
	var inMessages func([]*descriptorpb.DescriptorProto) bool
	inMessages = func(messages []*descriptorpb.DescriptorProto) bool {
		for _, m := range messages {
			for _, f := range m.GetField() {
				if begins(parsed.FieldNode(f)) {
					return isSet(m.GetOptions().GetUninterpretedOption())
				}
			}
			if inEnums(m.GetEnumType()) || inMessages(m.GetNestedType()) {
				return true
			}
		}
		return false
	}
	return inEnums(file.GetEnumType()) || inMessages(file.GetMessageType())
}

// isSet tells whether the option stands among those that are not interpreted yet.
func isSet(options []*descriptorpb.UninterpretedOption) bool {
	for _, o := range options {
		if len(o.GetName()) == 1 && o.GetName()[0].GetNamePart() == "deprecated_legacy_json_field_conflicts" {
			return o.GetIdentifierValue() == "true"
		}
	}
	return false
}
