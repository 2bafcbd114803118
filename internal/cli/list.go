package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func listCommand(c *common) *cobra.Command {
	f := &targetFlags{}
	cmd := &cobra.Command{
		Use:   "list ADDRESS [SERVICE]",
		Short: "list services, or a service's methods, a line each",
		Example: `  grpcline list localhost:50051
  grpcline list localhost:50051 Greeter`,
	}
	f.declare(cmd)
	cmd.Args = addressAnd(cmd, 1, 2)
	cmd.ValidArgsFunction = completer(c, f, (*session).services)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withSession(cmd, c, f, args, f.hasSchema(), func(ctx context.Context, s *session) error {
			lines, err := s.list(ctx, args[1:])
			if err != nil {
				return err
			}
			s.waiting.stop()
			return printLines(lines)
		})
	}
	return cmd
}

// list gives the services, or the methods of the one that is named.
func (s *session) list(ctx context.Context, of []string) ([]string, error) {
	if len(of) == 0 {
		return s.services(ctx)
	}
	service, err := s.service(ctx, of[0])
	if err != nil {
		return nil, err
	}
	methods, err := s.methods(ctx, service)
	for i, name := range methods {
		methods[i] = service + "/" + name
	}
	return methods, err
}
