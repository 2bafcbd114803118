package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/grpcline/grpcline/internal/nearest"
)

// usageError is a command line that is wrong.
type usageError struct {
	cmd      *cobra.Command // whose help tells more
	sentence string
}

func (e *usageError) Error() string { return e.sentence }

func wrongUsage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{cmd, fmt.Sprintf(format, args...)}
}

// wordFirst moves the word to the front, as cobra finds a word only behind flags that
// it knows to be the root's.
func wordFirst(root *cobra.Command, args []string) []string {
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) && len(args) > 1 {
		last := len(args) - 1 // the text that is to be completed is no word yet
		return slices.Concat(args[:1], wordFirst(root, args[1:last]), args[last:])
	}
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		switch {
		case args[i] == "-" || !strings.HasPrefix(args[i], "-"):
			return slices.Concat(args[i:i+1], args[:i], args[i+1:])
		case takesNext(root, args[i]):
			i++
		}
	}
	return args
}

// takesNext tells whether the value of a flag is the argument after it.
func takesNext(root *cobra.Command, arg string) bool {
	name, long := strings.CutPrefix(arg, "--")
	if long {
		f := findFlag(root, func(flags *pflag.FlagSet) *pflag.Flag { return flags.Lookup(name) })
		return f != nil && f.NoOptDefVal == ""
	}
	for i := 1; i < len(arg); i++ {
		f := findFlag(root, func(flags *pflag.FlagSet) *pflag.Flag { return flags.ShorthandLookup(arg[i : i+1]) })
		if f != nil && f.NoOptDefVal == "" {
			return i == len(arg)-1
		}
	}
	return false
}

// findFlag looks in the flags of all words.
func findFlag(root *cobra.Command, in func(*pflag.FlagSet) *pflag.Flag) *pflag.Flag {
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		for _, flags := range []*pflag.FlagSet{cmd.PersistentFlags(), cmd.Flags()} {
			if f := in(flags); f != nil {
				return f
			}
		}
	}
	return nil
}

// noSuchWord refuses what stands in the place of a word.
func noSuchWord(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := wordNames(root)
	if hint := nearest.Hint(args[0], names); hint != "" {
		return wrongUsage(root, "there is no word %q%s", args[0], hint)
	}
	if isAddress(args[0]) {
		return wrongUsage(root, "a word comes before the ADDRESS, as in: grpcline list %s", args[0])
	}
	return wrongUsage(root, "there is no word %q; the words are %s", args[0], strings.Join(names, ", "))
}

func wordNames(root *cobra.Command) []string {
	var names []string
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			names = append(names, cmd.Name())
		}
	}
	return names
}

// wrongFlag says which flag was probably meant, or whose flag it is.
func wrongFlag(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	value, number := new(pflag.InvalidValueError), new(strconv.NumError)
	if errors.As(err, &value) && errors.As(err, &number) && number.Func == "ParseBool" {
		return wrongUsage(cmd, "invalid argument %q for \"--%s\" flag: it must be true or false", value.GetValue(), value.GetFlag().Name)
	}
	missing := new(pflag.NotExistError)
	if !errors.As(err, &missing) {
		return wrongUsage(cmd, "%s", err)
	}
	name, given := missing.GetSpecifiedName(), "--"+missing.GetSpecifiedName()
	if letters := missing.GetSpecifiedShortnames(); letters != "" {
		name, _, _ = strings.Cut(letters, "=")
		given = "-" + name
	}
	var own []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { own = append(own, "--"+f.Name) })
	switch {
	case slices.Contains(own, "--"+name):
		return wrongUsage(cmd, "there is no flag %s; a flag with a long name has two dashes: --%s", given, name)
	case isNumber(given):
		return wrongUsage(cmd, "there is no flag %s; what begins with a dash and is no flag comes after --, as in: -- %s", given, given)
	}
	for _, other := range append([]*cobra.Command{cmd.Root()}, cmd.Root().Commands()...) {
		has := other.Flags().Lookup(name)
		if len(given) == 2 { // a dash and a letter
			has = other.Flags().ShorthandLookup(name)
		}
		if other != cmd && has != nil {
			return wrongUsage(cmd, "%s is a flag of %q, not of %q", given, other.CommandPath(), cmd.CommandPath())
		}
	}
	if len(given) == 2 {
		return wrongUsage(cmd, "there is no flag %s", given)
	}
	return wrongUsage(cmd, "there is no flag %s%s", given, nearest.Hint("--"+name, own))
}

func isNumber(text string) bool { return len(text) > 1 && '0' <= text[1] && text[1] <= '9' }

// exactly refuses too few and too many arguments; most is -1 if there is no most.
func exactly(cmd *cobra.Command, least, most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		_, form, _ := strings.Cut(cmd.Use, " ")
		switch n := len(args); {
		case n < least:
			return wrongUsage(cmd, "%s needs %s", cmd.CommandPath(), form)
		case most == 0 && n > 0:
			return wrongUsage(cmd, "%s takes nothing after it, so %q is too much", cmd.CommandPath(), args[0])
		case most >= 0 && n > most:
			return wrongUsage(cmd, "%s takes %s, so %q is too much", cmd.CommandPath(), form, args[most])
		}
		return nil
	}
}

// complete gives a flag its completion.
func complete(cmd *cobra.Command, flag string, with cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, with); err != nil {
		panic(err) // the flag is not declared
	}
}
