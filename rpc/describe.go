package rpc

import (
	"reflect"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/rpc/describe"
	"github.com/grpcline/grpcline/state"
)

//go:generate go test -run TestProtocolTables -update

// api is what there is to describe of the table.
func (t *table) api() *describe.API {
	a := &describe.API{
		Notifications: notifications(), Errors: errorDocs(),
		StatusData: reflect.TypeFor[statusData](), StreamOptions: reflect.TypeFor[streamCallParams](),
		Special: special,
		Structs: []describe.Struct{
			{Table: "connection params", Type: reflect.TypeFor[grpcops.ConnectionParams]()},
			{Table: "tls settings", Type: reflect.TypeFor[grpcops.TLSSettings]()},
			{Table: "keepalive", Type: reflect.TypeFor[grpcops.Keepalive]()},
			{Table: "call options", Type: reflect.TypeFor[grpcops.CallOptions]()},
			{Table: "json options", Type: reflect.TypeFor[grpcops.JSONOptions]()},
			{Table: "status", Type: reflect.TypeFor[grpcops.Status]()},
			{Table: "methods of a service", Type: reflect.TypeFor[introspect.MethodInfo]()},
			{Table: "connection state", Type: reflect.TypeFor[state.ConnectionState]()},
			{Table: "stream state", Type: reflect.TypeFor[state.StreamState]()},
			{Table: "limits", Type: reflect.TypeFor[limits]()},
		},
	}
	for _, m := range t.methods {
		a.Methods = append(a.Methods, &m.Method)
	}
	return a
}

// MethodList is what "grpcline methods" prints.
func MethodList() string { return newTable(allMethods()).api().List() }

// special describes the types of params that decode themselves.
func special(t reflect.Type) *describe.Schema {
	switch t {
	case reflect.TypeFor[connectionRef]():
		return describe.AnyOf(&describe.Schema{Type: "string"}, &describe.Schema{Of: reflect.TypeFor[grpcops.ConnectionParams]()})
	case reflect.TypeFor[push]():
		one := 1
		return describe.AnyOf(&describe.Schema{Type: "boolean"}, &describe.Schema{
			Type:       "object",
			Properties: describe.Properties{{Name: "window", Schema: &describe.Schema{Type: "integer", Minimum: &one}}},
			Required:   []string{"window"}, Additional: &describe.Schema{Never: true},
		})
	}
	return nil
}
