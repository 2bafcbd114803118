// Package grpcops is gRPC itself: addresses, TLS, connections, schemas and
// reflection, calls, streams, metadata and statuses. JSON messages become wire
// bytes here and back, by the packages below it.
//
// The way of one call, as a tree of names:
//
//	Conn.Call                    a unary call with its request in JSON
//	  Conn.method                the method of that name, kept once it is found
//	    Conn.files               the schema: what the params give, or reflection
//	      schema.Cache.Load      compiles sources, links descriptor sets
//	      schema.Reflect         asks the server, in its turn
//	    schema.Files.Codec       the plans of its messages
//	  method.encode              JSON to wire bytes, or a ParamError
//	    transcode.AppendWire
//	  Conn.invoke                again while the server refuses it unseen
//	    directCodec.Marshal      hands the wire bytes to grpc-go
//	    directCodec.Unmarshal    takes those of the response
//	      incoming.read          wire bytes to JSON
//	        transcode.AppendJSON
//	        appendUndecodable    if JSON cannot hold the message
//	  Conn.ended                 a status that is not OK, as a StatusError
//	    statusOf                 its details as JSON
//	    origin                   whether the server has sent it
//	    Conn.explain             what grpc-go says, in a sentence
//
// A Conn and a Stream are owned by whoever made them; neither keeps goroutines of
// this package. What a call or stream does ends with the context it was given,
// whose cause becomes the error unless it is a deadline.
package grpcops
