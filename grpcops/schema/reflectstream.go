package schema

import (
	"context"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
)

// maxBatch is how many queries are sent before their answers are read. They are
// small enough to fit in HTTP/2's initial window, so that sending never blocks on
// a server that waits for its answers to be read.
const maxBatch = 16

// query is one question to the server's reflection.
type query struct {
	kind   queryKind
	name   string
	number int32 // of an extension
}

type queryKind int

const (
	services   queryKind = iota // which services are there
	symbol                      // the file that defines a name
	file                        // the file of a path
	extensions                  // the numbers of a message's extensions
	extension                   // the file that defines one of them
)

func (q query) request() *reflection.ServerReflectionRequest {
	r := &reflection.ServerReflectionRequest{}
	switch q.kind {
	case services:
		r.MessageRequest = &reflection.ServerReflectionRequest_ListServices{ListServices: "*"}
	case symbol:
		r.MessageRequest = &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: q.name}
	case file:
		r.MessageRequest = &reflection.ServerReflectionRequest_FileByFilename{FileByFilename: q.name}
	case extensions:
		r.MessageRequest = &reflection.ServerReflectionRequest_AllExtensionNumbersOfType{AllExtensionNumbersOfType: q.name}
	case extension:
		r.MessageRequest = &reflection.ServerReflectionRequest_FileContainingExtension{
			FileContainingExtension: &reflection.ExtensionRequest{ContainingType: q.name, ExtensionNumber: q.number},
		}
	}
	return r
}

// reflectStream asks queries on one stream after another: some servers end the
// stream after an answer, or because of a question that they cannot answer. ctx
// ends them all.
type reflectStream struct {
	ctx     context.Context
	cc      grpc.ClientConnInterface
	version string // "v1" or "v1alpha", which have the same messages
	open    grpc.ClientStream

	failures int   // streams in a row that ended before they answered anything
	final    error // the last end that had nothing to do with the question

	headers, trailers metadata.MD // with the status that the server has sent
}

// maxFailures is how many streams in a row may end without an answer, for reasons
// that have nothing to do with the question, before nothing more is asked.
const maxFailures = 8

// ask sends the queries and gives each its answer, in order. A query at which the
// server ends a fresh stream is taken as unanswered and passed over, save the
// list of services: one broken file may break the stream, or the server's process.
// The error is a gRPC status, or take's.
func (s *reflectStream) ask(queries []query, take func(query, *reflection.ServerReflectionResponse) error) error {
	for len(queries) > 0 {
		fresh := s.open == nil
		if err := s.start(); err != nil {
			return err
		}
		for _, q := range queries {
			if s.open.SendMsg(q.request()) != nil {
				break // receiving tells why
			}
		}
		var ended error
		answered := 0
		for answered < len(queries) && ended == nil {
			answer := &reflection.ServerReflectionResponse{}
			if ended = s.open.RecvMsg(answer); ended == nil {
				if err := take(queries[answered], answer); err != nil {
					if queries[answered].kind == services { // else it is not the server's
						s.headers, _ = s.open.Header()
					}
					return err
				}
				answered++
				s.failures = 0
			}
		}
		queries = queries[answered:]
		if ended == nil {
			continue
		}
		last := s.open
		s.open = nil
		if ended == io.EOF {
			ended, last = status.Error(codes.Unknown, "it ended the stream without an answer"), nil
		}
		alone := answered == 0 && fresh
		if alone && isFinal(ended) {
			s.failures++
			s.final = ended
		}
		switch {
		case s.ctx.Err() != nil, s.failures >= maxFailures, alone && queries[0].kind == services:
			if last != nil {
				s.headers, _ = last.Header()
				s.trailers = last.Trailer()
			}
			return ended
		case !alone: // the rest is asked on another stream
		default:
			queries = queries[1:]
		}
	}
	return nil
}

// start opens a stream where none is open.
func (s *reflectStream) start() (err error) {
	if s.open != nil {
		return nil
	}
	description := &grpc.StreamDesc{StreamName: "ServerReflectionInfo", ClientStreams: true, ServerStreams: true}
	s.open, err = s.cc.NewStream(s.ctx, description, "/grpc.reflection."+s.version+".ServerReflection/ServerReflectionInfo",
		grpc.MaxCallRecvMsgSize(maxReflectBytes), grpc.ForceCodecV2(newBoundedCodec()))
	return err
}

// isFinal tells the end of a stream that is likely to have nothing to do with the
// question.
func isFinal(err error) bool {
	switch status.Code(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable, codes.Unauthenticated, codes.PermissionDenied, codes.ResourceExhausted:
		return true
	}
	return false
}
