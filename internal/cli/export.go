package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
)

func exportCommand(c *common) *cobra.Command {
	f := &targetFlags{}
	cmd := &cobra.Command{
		Use:   "export ADDRESS FOLDER",
		Short: "write the server's schema as .proto files that compile again",
		Long: `Write the server's schema as .proto files that compile again, below FOLDER, and list them.
Files that are there already are written anew.`,
		Example: `  grpcline export localhost:50051 protos`,
	}
	f.declare(cmd)
	cmd.Args = addressAnd(cmd, 2, 2)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 1 {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		return completer(c, f, nil)(cmd, args, text)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withSession(cmd, c, f, args, f.hasSchema(), func(ctx context.Context, s *session) error {
			schema, err := s.proto(ctx, "")
			if err != nil {
				return err
			}
			s.waiting.stop()
			return writeFiles(args[1], schema.Files)
		})
	}
	return cmd
}

// exported is what getProto gives.
type exported struct {
	Files map[string]string `json:"files"`
}

// proto asks for the schema as source, or for what symbol needs of it.
func (s *session) proto(ctx context.Context, symbol string) (*exported, error) {
	e := &exported{}
	err := s.request(ctx, "getProto", struct {
		Connection string `json:"connection"`
		Symbol     string `json:"symbol,omitempty"`
	}{s.connection, symbol}, e)
	return e, err
}

// writeFiles writes files below a folder and lists them. The server chose the names, so
// nothing outside the folder is touched, whatever they are.
func writeFiles(folder string, files map[string]string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	var written []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		local, err := filepath.Localize(path.Clean(name))
		if err != nil {
			return fmt.Errorf("the server calls a file %q, which is no name of a file here", name)
		}
		if err := root.MkdirAll(filepath.Dir(local), 0o777); err != nil {
			return err
		}
		if err := root.WriteFile(local, []byte(files[name]), 0o666); err != nil {
			return err
		}
		written = append(written, filepath.Join(folder, local))
	}
	return printLines(written)
}
