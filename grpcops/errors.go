package grpcops

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
)

// ParamError says which parameter of a request is at fault and why, before
// anything was sent.
type ParamError struct {
	Param       string              // the parameter, such as "request" or "tls"
	Path        string              // the value inside it, such as "request.payload.body"; may be empty
	Message     string              // one sentence
	Diagnostics []schema.Diagnostic // of a schema that does not compile
}

// Error gives the sentence.
func (e *ParamError) Error() string { return e.Message }

// paramErrorf makes a ParamError; path begins with the parameter's name.
func paramErrorf(path, format string, args ...any) *ParamError {
	param := path
	if end := strings.IndexAny(path, ".["); end >= 0 {
		param = path[:end]
	}
	e := &ParamError{Param: param, Message: fmt.Sprintf(format, args...)}
	if param != path {
		e.Path = path
	}
	return e
}

// schemaError says of a schema that could not be had which parameter is at fault.
func schemaError(err error) error {
	var compile *schema.CompileError
	var source *schema.SourceError
	switch {
	case errors.As(err, &compile):
		return &ParamError{Param: "proto", Message: compile.Error(), Diagnostics: compile.Diagnostics}
	case errors.As(err, &source):
		return &ParamError{Param: source.Param, Message: source.Message}
	}
	return err
}

// isElement matches a path that begins with an element of a list or a map.
var isElement = regexp.MustCompile(`^\[(\d|")`)

// messageError says of JSON that does not fit its type where in the parameters
// it stands. prefix leads to the message, such as "request".
func messageError(prefix string, err error) error {
	var e *transcode.Error
	if !errors.As(err, &e) {
		return err
	}
	path := prefix
	switch {
	case e.Path == "":
	case isElement.MatchString(e.Path): // and not the name of an extension, which has brackets as well
		path += e.Path
	default:
		path += "." + e.Path
	}
	wrong := paramErrorf(path, "%s: %s", path, e.Message)
	wrong.Path = path
	return wrong
}
