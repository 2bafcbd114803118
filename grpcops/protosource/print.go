// Package protosource writes descriptors as .proto source that compiles to the
// same descriptors again.
//
// protoprint does the writing. It cannot be relied on by itself: it follows the
// positions in the source info, and if a file has none, the order of what it
// writes is not always that of the descriptor; and a short name can mean another
// type where it is written than where it was defined. So each text is compiled
// again and compared, and a text that differs is written anew in a stricter way.
package protosource

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ErrTooLarge says that the sources take more bytes than the caller allows.
var ErrTooLarge = errors.New("the sources are too large")

// Print writes each file. files must have all that they import. most bounds the
// bytes of all texts together. The error is ErrTooLarge, or ctx's.
//
// A file that no way of writing brings back the same is written as well as can
// be: an option whose definition nobody has, for one, cannot be said in source.
func Print(ctx context.Context, files []protoreflect.FileDescriptor, most int) (map[string]string, error) {
	check := newChecker(files)
	texts := map[string]string{}
	for _, f := range files {
		text, err := check.best(ctx, f, most)
		if err != nil {
			return nil, err
		}
		if most -= len(text); most < 0 {
			return nil, ErrTooLarge
		}
		texts[f.Path()] = text
	}
	return texts, nil
}

// ways are the ways of writing a file, the most readable first.
var ways = []struct {
	arranged bool // by positions of our own
	printer  protoprint.Printer
}{
	{false, protoprint.Printer{}},
	{true, protoprint.Printer{}},
	{true, protoprint.Printer{ForceFullyQualifiedNames: true}},
	{true, protoprint.Printer{ForceFullyQualifiedNames: true, OmitComments: protoprint.CommentsAll}},
	{true, protoprint.Printer{OmitComments: protoprint.CommentsAll}},
}

// best writes a file in the first way that brings it back the same, else in the
// first that compiles.
func (c *checker) best(ctx context.Context, f protoreflect.FileDescriptor, most int) (string, error) {
	var compiles, first string
	for _, way := range ways {
		source := f
		if way.arranged {
			source = arrange(f)
		}
		text, err := print(ctx, &way.printer, source, most)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if errors.Is(err, ErrTooLarge) {
			return "", err
		}
		if err != nil {
			continue
		}
		if first == "" {
			first = text
		}
		again, err := c.compile(ctx, f, text)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		switch {
		case err != nil:
		case c.same(f, again):
			return text, nil
		case compiles == "":
			compiles = text
		}
	}
	if compiles != "" {
		return compiles, nil
	}
	return first, nil
}

// print writes one file in one way. What protoprint panics at is an error.
func print(ctx context.Context, p *protoprint.Printer, f protoreflect.FileDescriptor, most int) (text string, err error) {
	out := &bounded{ctx: ctx, most: most}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		default:
			err = fmt.Errorf("%v", r)
		}
	}()
	if err = p.PrintProtoFile(f, out); err != nil {
		return "", err
	}
	return closeUp(mend(out.text.String(), f)), nil
}

// bounded is a buffer that panics with ErrTooLarge past its bound, and with the error
// of ctx after its end, as protoprint goes on writing after an error.
type bounded struct {
	ctx  context.Context
	text bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		panic(err)
	}
	if b.text.Len()+len(p) > b.most {
		panic(ErrTooLarge)
	}
	return b.text.Write(p)
}
