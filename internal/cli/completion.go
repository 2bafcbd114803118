package cli

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "print the completion script of a shell: bash, zsh, fish or powershell",
		Long: `Print the completion script of a shell. It completes words and flags, and services and
methods by asking the ADDRESS that is typed.

  bash         source <(grpcline completion bash)      in ~/.bashrc; needs bash-completion
  zsh          source <(grpcline completion zsh)       in ~/.zshrc, after compinit
  fish         grpcline completion fish | source       in ~/.config/fish/config.fish
  powershell   grpcline completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		ValidArgs: shells,
	}
	one := exactly(cmd, 1, 1)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := one(cmd, args); err != nil {
			return err
		}
		if !slices.Contains(shells, args[0]) {
			return wrongUsage(cmd, "there is no completion for %q; the shells are %s", args[0], strings.Join(shells, ", "))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch root := cmd.Root(); args[0] {
		case "bash":
			return root.GenBashCompletionV2(os.Stdout, true)
		case "zsh":
			return root.GenZshCompletion(os.Stdout)
		case "fish":
			return root.GenFishCompletion(os.Stdout, true)
		default:
			return root.GenPowerShellCompletionWithDesc(os.Stdout)
		}
	}
	return cmd
}

// completeTime is how long a server may take to tell what there is.
const completeTime = time.Second

// completer completes an ADDRESS and what comes after it, by asking the server at that
// address. ask may be nil. Nothing is offered, and nothing said, if the server does not
// answer soon.
func completer(c *common, f *targetFlags, ask func(*session, context.Context) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return []string{demoScheme + "///\ta server inside grpcline, for trying things out"}, cobra.ShellCompDirectiveNoFileComp
		}
		if len(args) > 1 || ask == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
		defer cancel()
		offered := make(chan []string, 1)
		go func() {
			defer close(offered)
			s, err := openSession(ctx, cmd, &common{logLevel: c.logLevel, logFile: os.DevNull}, f, args[0], f.hasSchema())
			if err != nil {
				return
			}
			defer s.end()
			if names, err := ask(s, ctx); err == nil {
				offered <- names
			}
		}()
		select {
		case names := <-offered:
			return fitting(names, typed), cobra.ShellCompDirectiveNoFileComp
		case <-ctx.Done():
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
}

// fitting are the names that begin with what is typed. If none does, they are the ends
// of names that do, as many as stand for one name alone: a name may be given by its end.
func fitting(names []string, typed string) []string {
	if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, typed) }) {
		return names
	}
	var ends []string
	times := map[string]int{}
	for _, name := range names {
		for i := range name {
			end := name[i:]
			if i == 0 || !strings.ContainsRune("./", rune(name[i-1])) || !strings.HasPrefix(end, typed) {
				continue
			}
			ends = append(ends, end)
			times[end]++
		}
	}
	return slices.DeleteFunc(ends, func(end string) bool { return times[end] > 1 })
}

// paths are those of all methods of the server.
func (s *session) paths(ctx context.Context) ([]string, error) {
	services, err := s.services(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, service := range services {
		methods, err := s.methods(ctx, service)
		if err != nil && !isUnknownName(err) {
			return nil, err
		}
		for _, name := range methods {
			all = append(all, service+"/"+name)
		}
	}
	return all, nil
}
