package integration_test

import (
	"os"
	"os/exec"
	"testing"
)

// tool returns the path of a program that a newcomer may not have.
func tool(t testing.TB, name, how string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name) // which is not in everybody's PATH
	}
	if err != nil {
		missing(t, "NOT TESTED AGAINST %s (%s): %v", name, how, err)
	}
	return path
}

// missing skips a test for want of something; in CI it fails it.
func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
