// Package introspect describes methods and messages: their kinds, their JSON
// Schema (2020-12) and a request to start from. All functions are pure.
package introspect

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// MethodInfo is a line of a method list.
type MethodInfo struct {
	Name         string `json:"name" doc:"the method's name"`
	Kind         string `json:"kind" doc:"unary, serverStream, clientStream or bidiStream"`
	RequestType  string `json:"requestType" doc:"the full name of the request's message type"`
	ResponseType string `json:"responseType" doc:"the full name of the response's message type"`
}

// MethodDetail is all that there is to know of a method.
type MethodDetail struct {
	Service          string          `json:"service" doc:"the service's full name"`
	Name             string          `json:"name" doc:"the method's name"`
	Path             string          `json:"path" doc:"/pkg.Service/Method"`
	Kind             string          `json:"kind" doc:"unary, serverStream, clientStream or bidiStream"`
	ClientStreaming  bool            `json:"clientStreaming" doc:"whether the client sends a stream"`
	ServerStreaming  bool            `json:"serverStreaming" doc:"whether the server sends a stream"`
	RequestType      string          `json:"requestType" doc:"the full name of the request's message type"`
	ResponseType     string          `json:"responseType" doc:"the full name of the response's message type"`
	RequestSchema    json.RawMessage `json:"requestSchema" doc:"the request's JSON Schema (2020-12)"`
	ResponseSchema   json.RawMessage `json:"responseSchema" doc:"the response's JSON Schema (2020-12)"`
	RequestTemplate  json.RawMessage `json:"requestTemplate" doc:"a request to fill in, which can be sent as it is"`
	ResponseTemplate json.RawMessage `json:"responseTemplate" doc:"the same of a response, for those who serve the method"`
	Comment          string          `json:"comment" doc:"the comment in the schema's source; empty where there is none"`
	Deprecated       bool            `json:"deprecated" doc:"whether the schema says so"`
}

// Kind is "unary", "serverStream", "clientStream" or "bidiStream".
func Kind(md protoreflect.MethodDescriptor) string {
	switch {
	case md.IsStreamingClient() && md.IsStreamingServer():
		return "bidiStream"
	case md.IsStreamingClient():
		return "clientStream"
	case md.IsStreamingServer():
		return "serverStream"
	}
	return "unary"
}

// Methods lists a service's methods in the file's order.
func Methods(sd protoreflect.ServiceDescriptor) []MethodInfo {
	list := make([]MethodInfo, sd.Methods().Len())
	for i := range list {
		md := sd.Methods().Get(i)
		list[i] = MethodInfo{string(md.Name()), Kind(md), string(md.Input().FullName()), string(md.Output().FullName())}
	}
	return list
}

// Detail describes one method.
func Detail(md protoreflect.MethodDescriptor) (MethodDetail, error) {
	d := MethodDetail{
		Service:         string(md.Parent().FullName()),
		Name:            string(md.Name()),
		Path:            "/" + string(md.Parent().FullName()) + "/" + string(md.Name()),
		Kind:            Kind(md),
		ClientStreaming: md.IsStreamingClient(),
		ServerStreaming: md.IsStreamingServer(),
		RequestType:     string(md.Input().FullName()),
		ResponseType:    string(md.Output().FullName()),
		Comment:         comment(md),
		Deprecated:      deprecated(md),
	}
	var err error
	if d.RequestSchema, err = Schema(md.Input()); err != nil {
		return MethodDetail{}, err
	}
	if d.ResponseSchema, err = Schema(md.Output()); err != nil {
		return MethodDetail{}, err
	}
	if d.RequestTemplate, err = Template(md.Input()); err != nil {
		return MethodDetail{}, err
	}
	d.ResponseTemplate, err = Template(md.Output())
	return d, err
}

// comment is what stands before a definition in its source, else behind it.
func comment(d protoreflect.Descriptor) string {
	location := d.ParentFile().SourceLocations().ByDescriptor(d)
	text := location.LeadingComments
	if strings.TrimSpace(text) == "" {
		text = location.TrailingComments
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.TrimPrefix(line, " "), " \t\r")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// deprecated reads the option that messages, enums, fields and methods have.
func deprecated(d protoreflect.Descriptor) bool {
	options, ok := d.Options().(interface{ GetDeprecated() bool })
	return ok && options.GetDeprecated()
}
