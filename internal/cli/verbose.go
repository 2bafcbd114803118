package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/grpcops"
)

// ending are the members of a result, or of an error's data, that tell how an RPC ended.
type ending struct {
	Headers  map[string][]string `json:"headers"`
	Trailers map[string][]string `json:"trailers"`
	Status   *grpcops.Status     `json:"status"`
}

// ended shows how the RPC ended if -v asks for it, and passes the error on. Both end and
// err are nil if the end was not waited for.
func (c *caller) ended(end *ending, err error) error {
	failure := new(jsonrpc2.Error)
	if end == nil && errors.As(err, &failure) && failure.Data != nil {
		end = &ending{}
		if json.Unmarshal(*failure.Data, end) != nil || end.Status == nil {
			return err
		}
		if len(end.Status.Details) > 0 {
			delete(end.Trailers, detailsTrailer) // the details are shown
		}
		if c.method.Kind == "unary" {
			c.showMetadata("headers", end.Headers)
		}
	}
	if end != nil && end.Status != nil {
		c.showMetadata("trailers", end.Trailers)
		if c.flags.verbose {
			fmt.Fprintf(os.Stderr, "status: %d %s\n", end.Status.Code, end.Status.Name)
		}
	}
	return err
}

// showMetadata writes metadata to standard error if -v asks for it.
func (c *caller) showMetadata(title string, md map[string][]string) {
	if c.flags.verbose {
		writeMetadata(os.Stderr, title, md)
	}
}

func writeMetadata(out io.Writer, title string, md map[string][]string) {
	fmt.Fprintf(out, "%s:\n", title)
	for _, name := range slices.Sorted(maps.Keys(md)) {
		for _, value := range md[name] {
			fmt.Fprintf(out, "  %s: %s\n", name, value)
		}
	}
}
