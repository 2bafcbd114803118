package cli

import (
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// hostAndPort is how most addresses look; no METHOD looks so.
var hostAndPort = regexp.MustCompile(`^[^/{}"]*:[0-9]+$`)

func isAddress(text string) bool {
	return strings.Contains(text, "://") || text == "localhost" || hostAndPort.MatchString(text)
}

// dottedMethod is pkg.Service/Method, or the same with a dot: no host's name ends in a
// capital.
var dottedMethod = regexp.MustCompile(`^/?([A-Za-z_]\w*\.)*[A-Za-z_]\w*/[A-Za-z_]\w*$|^([A-Za-z_]\w*\.)+[A-Z]\w*$`)

// addressAnd is exactly for arguments of which the first is an ADDRESS.
func addressAnd(cmd *cobra.Command, least, most int) cobra.PositionalArgs {
	counted := exactly(cmd, least, most)
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if err := checkAddress(cmd, args); err != nil {
				return err
			}
		}
		return counted(cmd, args)
	}
}

// checkAddress refuses an ADDRESS, the first of args, that is something else.
func checkAddress(cmd *cobra.Command, args []string) error {
	address := args[0]
	if isAddress(address) {
		return nil
	}
	if len(args) > 1 && isAddress(args[1]) {
		return wrongUsage(cmd, "the ADDRESS comes first, as in: %s %s %s", cmd.CommandPath(), args[1], address)
	}
	info, err := os.Stat(address)
	switch {
	case address == "":
		return wrongUsage(cmd, "the ADDRESS is empty")
	case address == "-", address[0] == '@', address[0] == '{':
		return wrongUsage(cmd, "the ADDRESS is missing: in its place stands %s", address)
	case err == nil && info.Mode().IsRegular():
		return wrongUsage(cmd, "%s is a file, and an ADDRESS is wanted, such as localhost:50051; a schema is given by --proto %s", address, address)
	case err == nil && strings.ContainsAny(address, `/\`):
		return wrongUsage(cmd, "%s is a folder, and an ADDRESS is wanted, such as localhost:50051; a schema is given by --proto %s", address, address)
	case dottedMethod.MatchString(address):
		return wrongUsage(cmd, "%s is a METHOD, and an ADDRESS is wanted before it, as in: %s localhost:50051 %s", address, cmd.CommandPath(), address)
	}
	return nil
}
