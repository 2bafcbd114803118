package schema

import (
	"context"
	"slices"

	protolinker "github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"github.com/bufbuild/protocompile/sourceinfo"
)

// relink links the files, as the compiler does, where that has reported what is only
// a warning: it then gives nothing for the file. Here each file has a handler of its
// own, whose having seen a warning stops nothing.
func (c *compilation) relink(ctx context.Context, names []string) (protolinker.Files, error) {
	symbols := &protolinker.Symbols{}
	done := map[string]protolinker.File{}
	var link func(name string) (protolinker.File, error)
	link = func(name string) (protolinker.File, error) {
		if f := done[name]; f != nil {
			return f, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		found, err := c.find(name)
		if err != nil {
			return nil, err
		}
		if found.Desc != nil {
			f, err := protolinker.NewFileRecursive(found.Desc)
			done[name] = f
			return f, err
		}
		var imports protolinker.Files
		for _, imported := range found.ParseResult.FileDescriptorProto().GetDependency() {
			f, err := link(imported)
			if err != nil {
				return nil, err
			}
			imports = append(imports, f)
		}
		handler := reporter.NewHandler(c.reporter)
		f, err := c.linkOne(parser.Clone(found.ParseResult), imports, symbols, handler)
		if err != nil {
			return nil, err
		}
		done[name] = f
		return f, nil
	}
	var linked protolinker.Files
	for _, name := range names {
		f, err := link(name)
		if err != nil {
			return nil, err
		}
		linked = append(linked, f)
	}
	return slices.Clip(linked), nil
}

func (c *compilation) linkOne(parsed parser.Result, imports protolinker.Files, symbols *protolinker.Symbols, handler *reporter.Handler) (protolinker.File, error) {
	f, err := protolinker.Link(parsed, imports, symbols, handler)
	if err != nil {
		return nil, err
	}
	index, err := options.InterpretOptions(f, handler)
	if err != nil {
		return nil, err
	}
	if err := f.ValidateOptions(handler, symbols); err != nil {
		return nil, err
	}
	parsed.FileDescriptorProto().SourceCodeInfo = sourceinfo.GenerateSourceInfo(parsed.AST(), index)
	f.PopulateSourceCodeInfo()
	f.RemoveAST()
	return f, nil
}
