package grpcops

import (
	"context"
	"errors"

	"github.com/grpcline/grpcline/grpcops/schema"
)

// types are the types of a connection: those its params give, and those of the
// server's reflection once they were needed.
type types struct {
	given *schema.Files // nil where the params give none
	turn  chan struct{} // held by the request that asks for reflection
	all   *schema.Files // what is in force, once known; guarded by turn
}

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

// files returns the schema of the connection. Where reflection is part of it,
// the server is asked when it is first needed, with md and within ctx; a failure
// is not kept, so the next request asks again.
func (c *Conn) files(ctx context.Context, md Metadata) (*schema.Files, error) {
	mode := ReflectionAuto
	if c.Params.Reflection != nil {
		mode = *c.Params.Reflection
	}
	switch {
	case c.types.given != nil && mode != ReflectionAdd:
		return c.types.given, nil
	case mode == ReflectionNone:
		return nil, paramErrorf("proto", "there is no schema: reflection is false, so openConnection needs proto or descriptorSet")
	}
	select {
	case c.types.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, c.late(ctx, "the server's reflection")
	}
	defer func() { <-c.types.turn }()
	if c.types.all != nil {
		return c.types.all, nil
	}
	reflected, err := schema.Reflect(md.outgoing(ctx), c.cc)
	switch {
	case errors.Is(err, schema.ErrNoReflection):
		return nil, paramErrorf("proto", "there is no schema: the server offers no reflection, so openConnection needs proto or descriptorSet")
	case err != nil && ctx.Err() != nil:
		return nil, c.late(ctx, "the server's reflection")
	case err != nil:
		return nil, c.failure(ctx, err)
	case c.types.given != nil:
		reflected = schema.Merge(c.types.given, reflected)
	}
	c.types.all = reflected
	return reflected, nil
}
