package state

import (
	"errors"

	"github.com/grpcline/grpcline/grpcops"
	"github.com/grpcline/grpcline/internal/brief"
)

// mostGraves bounds what is remembered of handles that are gone. Numbers that
// are forgotten count as closed, chosen ids as unknown.
const mostGraves = 10000

// graves remembers the handles that are gone, the latest ones.
type graves struct {
	causes map[string]error // nil if the handle was closed
	order  []string         // a ring of the keys of causes
	oldest int
}

func (g *graves) find(id string) (cause error, ok bool) {
	cause, ok = g.causes[id]
	return cause, ok
}

func (g *graves) bury(id string, cause error) {
	if g.causes == nil {
		g.causes = make(map[string]error)
	}
	if _, again := g.causes[id]; !again {
		if len(g.order) < mostGraves {
			g.order = append(g.order, id)
		} else {
			delete(g.causes, g.order[g.oldest])
			g.order[g.oldest] = id
			g.oldest = (g.oldest + 1) % mostGraves
		}
	}
	g.causes[id] = remembered(cause)
}

// remembered is what is kept of an error for those that come later: about as much as
// brief.Longest of what others wrote.
func remembered(err error) error {
	var (
		progress *Progress
		own      *Error
		param    *grpcops.ParamError
		status   *grpcops.StatusError
	)
	switch {
	case errors.As(err, &progress):
		return remembered(progress.Err)
	case errors.As(err, &own):
		short := *own
		short.Message = brief.Text(own.Message)
		short.Cause = remembered(own.Cause)
		return &short
	case errors.As(err, &param):
		short := *param
		short.Message, short.Path = brief.Text(param.Message), brief.Text(param.Path)
		size := 0
		for i, d := range short.Diagnostics {
			if size += len(d.File) + len(d.Message); size > brief.Longest {
				short.Diagnostics = append(short.Diagnostics[:0:0], short.Diagnostics[:i]...)
				break
			}
		}
		return &short
	case errors.As(err, &status):
		short := *status
		short.Status.Message = brief.Text(status.Status.Message)
		size := 0
		for _, d := range short.Status.Details {
			size += len(d)
		}
		if size > brief.Longest {
			short.Status.Details = nil
		}
		short.Headers, short.Trailers = small(status.Headers), small(status.Trailers)
		return &short
	}
	return err
}

// small is the metadata if that is not more than is remembered.
func small(md grpcops.Metadata) grpcops.Metadata {
	size := 0
	for name, values := range md {
		size += len(name)
		for _, v := range values {
			size += len(v)
		}
	}
	if size > brief.Longest {
		return grpcops.Metadata{}
	}
	return md
}
