package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func healthCommand(c *common) *cobra.Command {
	f := &targetFlags{}
	cmd := &cobra.Command{
		Use:   "health ADDRESS [SERVICE]",
		Short: "ask the server how it is; the exit code is 0 only if it is SERVING",
		Example: `  grpcline health localhost:50051
  grpcline health localhost:50051 helloworld.Greeter --timeout 1s`,
	}
	f.declare(cmd)
	cmd.Args = addressAnd(cmd, 1, 2)
	cmd.ValidArgsFunction = completer(c, f, (*session).services)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withSession(cmd, c, f, args, false, func(ctx context.Context, s *session) error {
			params := struct {
				Connection string `json:"connection"`
				Service    string `json:"service,omitempty"`
				TimeoutMs  *int   `json:"timeoutMs,omitempty"`
			}{Connection: s.connection, TimeoutMs: s.left()}
			if len(args) > 1 {
				params.Service = args[1]
			}
			var health struct {
				Status string `json:"status"`
			}
			if err := s.request(ctx, "checkHealth", params, &health); err != nil {
				return err
			}
			s.waiting.stop()
			if err := printLines([]string{health.Status}); err != nil {
				return err
			}
			if health.Status != "SERVING" {
				return silent(exitFailed)
			}
			return nil
		})
	}
	return cmd
}
