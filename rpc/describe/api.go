// Package describe makes documents of the declarations that the worker dispatches by:
// the OpenRPC document of rpc.discover, the tables of protocol.md, and the list of
// "grpcline methods".
//
//	API                  what package rpc declares
//	├─ OpenRPC           the document: methods, results, errors
//	│  └─ schemas        JSON Schemas of the Go types of params and results
//	├─ Tables            the tables of protocol.md
//	│  └─ meanings       names of many objects, equal ones together
//	└─ List              methods with their params, for a person
//
// Everything comes from struct types and their tags: json names a member and says
// whether it may be left out, doc says what it means, and shape is the JSON type of a
// json.RawMessage of which only one is taken.
package describe

import "reflect"

// API is all that there is to describe.
type API struct {
	Methods       []*Method
	Notifications []Notification
	Errors        []Error      // those of the worker
	StatusData    reflect.Type // the data of an error that is a gRPC status
	StreamOptions reflect.Type // the struct of params whose table is called "stream options"
	Structs       []Struct     // those with a table of their own

	// Special describes a type whose JSON is not that of its fields; it returns nil for
	// others.
	Special func(t reflect.Type) *Schema
}

// Method is a method as hosts see it.
type Method struct {
	Name    string
	Alias   string   // in Russian; empty if there is none
	Summary string   // one sentence
	Order   []string // the params that may be given by position
	Params  reflect.Type
	Result  reflect.Type
	Handle  string // the param with the id that the host chose, of an opening
}

// Notification is something that the worker sends unasked.
type Notification struct {
	Name    string
	Summary string
	Params  reflect.Type
}

// Error tells what a code of the worker's own means.
type Error struct {
	Code    int64
	Name    string // in the OpenRPC document
	Meaning string
	Reasons []string     // what data.reason may be
	Data    reflect.Type // nil if there is none
}

// Struct is one whose members have a table in protocol.md.
type Struct struct {
	Table string
	Type  reflect.Type
}
