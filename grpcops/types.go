package grpcops

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/grpcline/grpcline/grpcops/schema"
	"github.com/grpcline/grpcline/grpcops/transcode"
)

// types are the types of a connection: those its params give, and those of the
// server's reflection once they were needed.
type types struct {
	given *schema.Files                // nil where the params give none
	turn  chan struct{}                // held by the request that asks for reflection
	all   atomic.Pointer[schema.Files] // what is in force, once known; set by the one that has turn
	again time.Time                    // when reflection was last asked again; of the one that has turn
	met   met                          // names in messages that reflection was asked for
}

// leastAge is how old the answer of a reflection that was asked again must be
// before it is asked once more.
const leastAge = time.Second

// givenFiles compiles what the params give, nil where they give nothing.
func (env *Env) givenFiles(ctx context.Context, p *ConnectionParams) (*schema.Files, error) {
	if p.Proto == nil && p.DescriptorSet == nil {
		return nil, nil
	}
	files, err := env.Schemas.Load(ctx, schema.Given{Proto: p.Proto, ImportPaths: p.ImportPaths, DescriptorSet: p.DescriptorSet})
	if err != nil {
		return nil, schemaError(err)
	}
	return files, nil
}

// findIn looks for something in the schema of the connection. If it is not there
// and reflection is part of the schema, the server is asked again, as it may have
// been deployed anew since, but not more than once in leastAge.
func findIn[T any](ctx context.Context, c *Conn, md Metadata, wait *bool, find func(*schema.Files) (T, error)) (T, error) {
	known := c.types.all.Load()
	files, err := c.files(ctx, md, wait)
	if err != nil {
		var none T
		return none, err
	}
	found, err := find(files)
	if err == nil || files != known {
		return found, err
	}
	if newer := c.newer(ctx, md, known); newer != nil {
		return find(newer)
	}
	return found, err
}

// files returns the schema of the connection. Where reflection is part of it,
// the server is asked when it is first needed, with md and within ctx; a failure
// is not kept, so the next request asks again. wait is waitForReady of that request.
func (c *Conn) files(ctx context.Context, md Metadata, wait *bool) (*schema.Files, error) {
	switch {
	case c.reflects():
	case c.types.given != nil:
		return c.types.given, nil
	default:
		return nil, paramErrorf("proto", "there is no schema: reflection is false, so openConnection needs proto or descriptorSet")
	}
	if all := c.types.all.Load(); all != nil {
		return all, nil
	}
	if given(wait, c.Params.WaitForReady) { // before it is this one's turn, as others do not wait
		if err := c.connect(ctx, true); err != nil {
			return nil, err
		}
	}
	if err := c.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer c.endTurn()
	if all := c.types.all.Load(); all != nil {
		return all, nil
	}
	return c.reflect(ctx, md)
}

// reflects tells whether the server's reflection is part of the schema.
func (c *Conn) reflects() bool {
	mode := ReflectionAuto
	if c.Params.Reflection != nil {
		mode = *c.Params.Reflection
	}
	return mode == ReflectionAdd || mode == ReflectionAuto && c.types.given == nil
}

// newer returns the schema after reflection was asked again, nil if it was not or
// that failed. known is the schema in which something was missing.
func (c *Conn) newer(ctx context.Context, md Metadata, known *schema.Files) *schema.Files {
	if c.takeTurn(ctx) != nil {
		return nil
	}
	defer c.endTurn()
	if all := c.types.all.Load(); all != known {
		return all
	}
	if time.Since(c.types.again) < leastAge {
		return nil
	}
	files, err := c.reflect(ctx, md)
	c.types.again = time.Now()
	if err != nil {
		return nil
	}
	c.methods.Clear() // they are of the schema before
	c.types.met.forget()
	return files
}

// takeTurn waits until no other request asks for reflection; endTurn lets the next.
func (c *Conn) takeTurn(ctx context.Context) error {
	select {
	case c.types.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return c.late(ctx, "the server's reflection")
	}
}

func (c *Conn) endTurn() { <-c.types.turn }

// reflect asks for reflection and puts its answer in force. It must have the turn.
func (c *Conn) reflect(ctx context.Context, md Metadata) (*schema.Files, error) {
	ctx = c.link.request(md.outgoing(ctx))
	reflected, err := schema.Reflect(ctx, c.cc)
	var failed *schema.ReflectionError
	for tries := (patience{}); errors.As(err, &failed) && refused(failed.Err, failed.Headers, failed.Trailers); {
		if tries.wait(ctx, err) != nil {
			break
		}
		reflected, err = schema.Reflect(ctx, c.cc)
	}
	switch {
	case errors.Is(err, schema.ErrNoReflection) && c.types.given != nil:
		return nil, paramErrorf("reflection", "the server offers no reflection, which reflection: true adds to the given schema; leave it out")
	case errors.Is(err, schema.ErrNoReflection):
		return nil, paramErrorf("proto", "there is no schema: the server offers no reflection, so openConnection needs proto or descriptorSet")
	case err != nil && ctx.Err() != nil:
		return nil, c.late(ctx, "the server's reflection")
	case errors.As(err, &failed):
		return nil, c.reflectionFailure(ctx, failed)
	case c.types.given != nil:
		reflected = schema.Merge(c.types.given, reflected)
	}
	c.types.all.Store(reflected)
	return reflected, nil
}

// reflectionFailure makes the error of reflection that has failed.
func (c *Conn) reflectionFailure(ctx context.Context, failed *schema.ReflectionError) error {
	err := c.ended(ctx, failed.Err, transcode.NewCodec(nil), transcode.Options{}, failed.Headers, failed.Trailers)
	var status *StatusError
	if errors.As(err, &status) {
		status.Status.Message = failed.About() + status.Status.Message
	}
	return err
}
