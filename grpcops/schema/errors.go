package schema

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// ErrNoReflection says that the server offers neither version of reflection.
var ErrNoReflection = errors.New("the server offers no reflection")

// ReflectionError is an RPC of the server's reflection that has failed.
type ReflectionError struct {
	Version           string      // "v1" or "v1alpha"
	Err               error       // has the gRPC status
	Headers, Trailers metadata.MD // as far as they came
}

// About begins the sentence of the failure.
func (e *ReflectionError) About() string {
	return "the server's reflection (" + e.Version + ") failed: "
}

func (e *ReflectionError) Error() string { return e.About() + status.Convert(e.Err).Message() }

// Unwrap gives the error with the status.
func (e *ReflectionError) Unwrap() error { return e.Err }

// Diagnostic is one compile error. Line and Column count from 1, and are 0 where
// the error has no place in the file.
type Diagnostic struct {
	File    string `json:"file" doc:"the name of the schema's file"`
	Line    int    `json:"line" doc:"from 1; 0 where the error has no place in the file"`
	Column  int    `json:"column" doc:"from 1; 0 likewise"`
	Message string `json:"message" doc:"what is wrong"`
}

// CompileError has all errors of a schema, in the order of files and lines.
type CompileError struct{ Diagnostics []Diagnostic }

// Error is a sentence about the first error and how many more there are.
func (e *CompileError) Error() string {
	first := e.Diagnostics[0]
	more := ""
	switch n := len(e.Diagnostics) - 1; {
	case n == 1:
		more = " (and one more error)"
	case n > 1:
		more = fmt.Sprintf(" (and %d more errors)", n)
	}
	return fmt.Sprintf("the schema does not compile: %s:%d:%d: %s%s", first.File, first.Line, first.Column, first.Message, more)
}

// newCompileError sorts the diagnostics and drops those that say the same.
func newCompileError(found []Diagnostic) *CompileError {
	slices.SortFunc(found, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return &CompileError{slices.Compact(found)}
}

// SourceError says that a schema could not be read.
type SourceError struct {
	Param   string // "proto", "importPaths" or "descriptorSet"
	Message string // a sentence
	cause   error
}

func (e *SourceError) Error() string { return e.Message }

// Unwrap gives the cause where there is one, such as a context's end.
func (e *SourceError) Unwrap() error { return e.cause }
