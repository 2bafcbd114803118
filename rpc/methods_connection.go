package rpc

import (
	"context"
	"encoding/json"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/grpcops/introspect"
	"github.com/grpcline/grpcline/internal/jsonscan"
	"github.com/grpcline/grpcline/state"
)

type openParams struct {
	grpcops.ConnectionParams
	ConnectionID string `json:"connectionId,omitempty" doc:"an id of the host's choice; without it the worker numbers: c1, c2, …"`
}

type openResult struct {
	ConnectionID string `json:"connectionId" doc:"the connection's id"`
	Address      string `json:"address" doc:"as it was given"`
	TLS          bool   `json:"tls" doc:"whether the connection is encrypted"`
}

type connectionParam struct {
	Connection string `json:"connection" doc:"a connection's id"`
}

type closeResult struct {
	ConnectionID  string `json:"connectionId" doc:"the connection's id"`
	StreamsClosed int    `json:"streamsClosed" doc:"how many streams were closed with it"`
}

type setMetadataParams struct {
	Connection string           `json:"connection" doc:"a connection's id"`
	Metadata   grpcops.Metadata `json:"metadata" doc:"{name: value} or {name: [value…]}"`
}

type connectionResult struct {
	ConnectionID string `json:"connectionId" doc:"the connection's id"`
}

type valueParam struct {
	Value json.RawMessage `json:"value,omitempty" doc:"anything"`
}

type serverParams struct {
	Connection connectionRef        `json:"connection" doc:"a connection's id, or connection params: then the connection is opened for this request and closed after it"`
	TLS        *grpcops.TLSSettings `json:"tls,omitempty" doc:"over the one in connection params"`
}

func (p *serverParams) ref() state.Ref {
	return state.Ref{ID: p.Connection.id, Params: p.Connection.params, TLS: p.TLS}
}

type serviceParams struct {
	serverParams
	Service string `json:"service" doc:"the service's full name"`
}

type methodParams struct {
	serverParams
	Service string `json:"service,omitempty" doc:"the service's full name; may be left out if method is pkg.Service/Method"`
	Method  string `json:"method" doc:"the method's name"`
}

type protoParams struct {
	serverParams
	Symbol string `json:"symbol,omitempty" doc:"only what this needs: the full name of a service, method, message, enum or field, or a file's name; the whole schema unless given"`
}

type healthParams struct {
	serverParams
	Service   string `json:"service,omitempty" doc:"a service's full name; the server as a whole unless given"`
	TimeoutMs *int   `json:"timeoutMs,omitempty" doc:"bounds the operation, in milliseconds; 0 is no bound; the connection's unless given"`
}

type servicesResult struct {
	Services []string `json:"services" doc:"full names, sorted"`
}

type methodsResult struct {
	Service string                  `json:"service" doc:"the service's full name"`
	Methods []introspect.MethodInfo `json:"methods" doc:"in the order of the file"`
}

type healthResult struct {
	Status string `json:"status" doc:"SERVING, NOT_SERVING, UNKNOWN or SERVICE_UNKNOWN"`
}

// connectionMethods are those about connections and what their servers offer.
func connectionMethods() []*method {
	return []*method{
		declare("getConnectionParams", "ПолучитьПараметрыСоединения", "address proto metadata",
			"Makes connection params and checks them.",
			func(_ *Worker, p *grpcops.ConnectionParams) (state.Op[*grpcops.ConnectionParams], error) {
				return withoutPlace(func(ctx context.Context) (*grpcops.ConnectionParams, error) { return p, p.Check(ctx) }), nil
			}),
		declare("getTlsSettings", "ПолучитьНастройкиTls", "disableCertVerification certFile",
			"Makes TLS settings and checks them.",
			func(_ *Worker, p *grpcops.TLSSettings) (state.Op[*grpcops.TLSSettings], error) {
				return withoutPlace(func(ctx context.Context) (*grpcops.TLSSettings, error) { return p, p.Check(ctx) }), nil
			}),
		declare("openConnection", "ОткрытьСоединение", "address proto metadata tls connectionId",
			"Opens a connection and keeps it.",
			func(w *Worker, p *openParams) (state.Op[openResult], error) {
				op, err := w.state.OpenConnection(p.ConnectionParams, p.ConnectionID)
				return then(op, err, func(o state.Opened) openResult { return openResult{o.ID, o.Address, o.TLS} })
			}).opening("connectionId", (*state.State).FailOpenConnection),
		declare("closeConnection", "ЗакрытьСоединение", "connection",
			"Closes a connection and its streams, after all earlier requests that use it.",
			func(w *Worker, p *connectionParam) (state.Op[closeResult], error) {
				op, err := w.state.CloseConnection(p.Connection)
				return then(op, err, func(n int) closeResult { return closeResult{p.Connection, n} })
			}),
		declare("setMetadata", "УстановитьМетаданные", "connection metadata",
			"Replaces the connection's metadata for later calls and streams.",
			func(w *Worker, p *setMetadataParams) (state.Op[connectionResult], error) {
				op, err := w.state.SetMetadata(p.Connection, p.Metadata)
				return then(op, err, func(struct{}) connectionResult { return connectionResult{p.Connection} })
			}),
		declare("isConnector", "ЭтоКоннектор", "value",
			"Tells whether a value is the id of an open connection.",
			func(w *Worker, p *valueParam) (state.Op[bool], error) {
				if len(p.Value) == 0 || p.Value[0] != '"' {
					return withoutPlace(func(context.Context) (bool, error) { return false, nil }), nil
				}
				id, _ := jsonscan.Unquote(p.Value)
				return w.state.IsConnector(id), nil
			}),
		declare("getServiceList", "ПолучитьСписокСервисов", "connection tls",
			"Lists the services of the connection's schema.",
			func(w *Worker, p *serverParams) (state.Op[servicesResult], error) {
				return state.On(w.state, p.ref(), nil, func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (servicesResult, error) {
					services, err := conn.Services(ctx, md)
					return servicesResult{services}, err
				})
			}),
		declare("getMethodList", "ПолучитьСписокМетодов", "connection service tls",
			"Lists the methods of a service.",
			func(w *Worker, p *serviceParams) (state.Op[methodsResult], error) {
				return state.On(w.state, p.ref(), nil, func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (methodsResult, error) {
					service, methods, err := conn.Methods(ctx, md, p.Service)
					return methodsResult{service, methods}, err
				})
			}),
		declare("getMethod", "ПолучитьМетод", "connection service method tls",
			"Describes a method, with the JSON Schema of its messages and a request to fill in.",
			func(w *Worker, p *methodParams) (state.Op[introspect.MethodDetail], error) {
				return state.On(w.state, p.ref(), nil, func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (introspect.MethodDetail, error) {
					return conn.MethodDetail(ctx, md, p.Service, p.Method)
				})
			}),
		declare("getProto", "ПолучитьПрото", "connection symbol tls",
			"Gives the connection's schema as .proto sources that compile again, and as a descriptor set.",
			func(w *Worker, p *protoParams) (state.Op[grpcops.Exported], error) {
				return state.On(w.state, p.ref(), nil, func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (grpcops.Exported, error) {
					return conn.Proto(ctx, md, p.Symbol)
				})
			}),
		declare("checkHealth", "", "connection service timeoutMs tls",
			"Asks the server how it is (grpc.health.v1); no schema is needed.",
			func(w *Worker, p *healthParams) (state.Op[healthResult], error) {
				return state.On(w.state, p.ref(), p.TimeoutMs, func(ctx context.Context, conn *grpcops.Conn, md grpcops.Metadata) (healthResult, error) {
					status, err := conn.CheckHealth(ctx, md, p.Service)
					return healthResult{status}, err
				})
			}),
	}
}

// then makes the result of an Op another one.
func then[A, B any](op state.Op[A], err error, result func(A) B) (state.Op[B], error) {
	if err != nil {
		return state.Op[B]{}, err
	}
	do := func(ctx context.Context) (B, error) {
		a, err := op.Do(ctx)
		if err != nil {
			var none B
			return none, err
		}
		return result(a), nil
	}
	return state.Op[B]{Do: do, Leave: op.Leave, Told: op.Told}, nil
}
