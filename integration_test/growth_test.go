package integration_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// repeated are inputs of a size that n gives, each of a shape that a careless parser
// reads again and again.
var repeated = map[string]func(n int) string{
	"params given many times beside an object": func(n int) string {
		return `{"id":1,"method":"ping",` + strings.Repeat(`"params":{},`, n) + `"x":{` + strings.Repeat(`"a":1,`, n) + `"b":1}}`
	},
	"members that nobody knows": func(n int) string { return `{"id":1,"method":"ping",` + strings.Repeat(`"a":{},`, n) + `"b":1}` },
	"unknown params": func(n int) string {
		return `{"id":1,"method":"callMethod","params":{` + strings.Repeat(`"a":{},`, n) + `"b":1}}`
	},
	"a chosen id of an opening that is refused": func(n int) string {
		return `{"id":1,"method":"openConnection","params":{` + strings.Repeat(`"a":{"b":[1]},`, n) + `"connectionId":"x"}}`
	},
	"metadata": func(n int) string {
		return `{"id":1,"method":"getConnectionParams","params":["a:1",null,{` + names(n, `"a%d":"b"`) + `}]}`
	},
	"metadata of one name": func(n int) string {
		return `{"id":1,"method":"getConnectionParams","params":["a:1",null,{"a":[` + strings.Repeat(`"b",`, n) + `"c"]}]}`
	},
	"escapes":                         func(n int) string { return `{"id":"` + strings.Repeat(`\u0061`, n) + `","method":"ping"}` },
	"letters outside ASCII":           func(n int) string { return `{"id":"` + strings.Repeat("ы", n) + `","method":"ping"}` },
	"an unknown method":               func(n int) string { return `{"id":1,"method":"` + strings.Repeat("x", n) + `"}` },
	"a batch":                         func(n int) string { return "[" + strings.Repeat(`{"id":null,"method":"ping"},`, n) + "1]" },
	"a batch of too many":             func(n int) string { return "[" + strings.Repeat("1,", 50*n) + "1]" },
	"a batch of objects with objects": func(n int) string { return "[" + strings.Repeat(`{"a":{"b":1}},`, n) + "1]" },
	"arrays in arrays":                func(n int) string { return strings.Repeat("[\n", n) },
	"objects in arrays":               func(n int) string { return strings.Repeat("[{\"a\":\n", n) },
	"values that never end":           func(n int) string { return strings.Repeat("[[1],\n", n) },
	"lines of a value that is broken": func(n int) string { return "[\n" + strings.Repeat("{\"a\": 1},\n", n) + "x\n" },
	"a value that the end cuts":       func(n int) string { return "{\"a\":[\n" + strings.Repeat("{\n\"a\": 1\n},\n", n) },
	"requests inside an open value":   func(n int) string { return strings.Repeat("{\n{\"id\":null,\"method\":\"ping\"}\n", n) },
	"junk":                            func(n int) string { return strings.Repeat("junk\n", n) },
	"blank lines":                     func(n int) string { return strings.Repeat("\n", n) },
	"messages": func(n int) string {
		return `{"id":1,"method":"processClientStream","params":{"connection":{"address":"demo:///"},"method":"grpcline.demo.Demo/Sum","requests":[` +
			strings.Repeat(`{"value":1},`, n) + `{}]}}`
	},
}

// names are n members or elements, each with its number.
func names(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ",")
}

// TestGrowth gives the worker inputs of two sizes and counts the statements that it
// executes in the packages that read them: four times the input takes about four times
// the steps, whatever its shape.
func TestGrowth(t *testing.T) {
	const size, times = 2000, 4
	worker := filepath.Join(t.TempDir(), "grpcline")
	const module = "github.com/grpcline/grpcline"
	build := exec.Command("go", "build", "-cover", "-covermode=count", "-o", worker,
		"-coverpkg="+strings.Join([]string{module, module + "/rpc", module + "/internal/jsonscan", module + "/internal/strictjson", module + "/grpcops", module + "/grpcops/transcode"}, ","), module)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := stepsOf(t, worker, "\n")
	for name, input := range repeated {
		t.Run(name, func(t *testing.T) {
			small, large := stepsOf(t, worker, input(size))-start, stepsOf(t, worker, input(times*size))-start
			t.Logf("%d and %d steps", small, large)
			if large > 2*times*max(small, size) {
				t.Errorf("%d times the input takes %d steps, the input %d", times, large, small)
			}
		})
	}
}

// stepsOf is how many statements a worker executes for an input.
func stepsOf(t *testing.T, worker, input string) int {
	t.Helper()
	folder := t.TempDir()
	cmd := exec.Command(worker, "--demo", "--drain-timeout-ms", "1000")
	cmd.Env = append(os.Environ(), "GOCOVERDIR="+folder)
	cmd.Stdin = strings.NewReader(input + "\n")
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("%v after %.200s", err, out)
	}
	profile := filepath.Join(folder, "profile")
	if out, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+folder, "-o="+profile).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // file:from,to statements count
		if len(fields) != 3 {
			continue
		}
		statements, err1 := strconv.Atoi(fields[1])
		count, err2 := strconv.Atoi(fields[2])
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v %v", lines.Text(), err1, err2)
		}
		steps += statements * count
	}
	if steps == 0 {
		t.Fatal("no steps are counted")
	}
	return steps
}
