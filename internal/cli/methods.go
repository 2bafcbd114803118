package cli

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/rpc"
)

func methodsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "methods",
		Short:             "list the methods of the protocol, for serve and rpc",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			return write(os.Stdout, []byte(rpc.MethodList()))
		},
	}
	cmd.Args = exactly(cmd, 0, 0)
	return cmd
}
