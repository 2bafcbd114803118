package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTranscripts plays all transcripts and runs all commands of the
// documentation.
func TestTranscripts(t *testing.T) {
	shapes := discover(t)
	for _, file := range []string{"protocol.md", "README.md", "examples/README.md"} {
		played := 0
		for _, b := range blocks(t, file) {
			name := fmt.Sprintf("%s:%d", file, b.line)
			switch b.language {
			case "jsonl":
				played++
				t.Run(name, func(t *testing.T) { t.Parallel(); runTranscript(t, shapes, b) })
			case "console":
				played++
				t.Run(name, func(t *testing.T) { t.Parallel(); runConsole(t, b) })
			}
		}
		if played == 0 {
			t.Errorf("%s shows nothing", file)
		}
	}
}

// requestsIn are the requests in what a transcript sends: one, a batch, or none
// where it is not JSON.
func requestsIn(text string) []map[string]any {
	value, err := parse(text)
	if err != nil {
		return nil
	}
	members, ok := value.([]any)
	if !ok {
		members = []any{value}
	}
	var requests []map[string]any
	for _, m := range members {
		if request, ok := m.(map[string]any); ok && request["id"] != nil {
			requests = append(requests, request)
		}
	}
	return requests
}

// TestQuickstart checks that the quick start shows all of the demo and that each
// of its requests can be known by its id.
func TestQuickstart(t *testing.T) {
	text := read(t, "examples/quickstart.jsonl")
	ids := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		var request struct{ ID json.RawMessage }
		if err := json.Unmarshal([]byte(line), &request); err != nil {
			t.Errorf("line %d: %v", i+1, err)
		}
		if id := string(request.ID); id != "" && ids[id] {
			t.Errorf("line %d uses the id %s again", i+1, id)
		}
		ids[string(request.ID)] = true
	}
	for _, method := range regexp.MustCompile(`rpc (\w+)\(`).FindAllStringSubmatch(read(t, "demo/demopb/demo.proto"), -1) {
		if !strings.Contains(text, `"method":"`+method[1]+`"`) && !strings.Contains(text, `"`+method[1]+`",{`) {
			t.Errorf("the quick start does not call %s", method[1])
		}
	}
	if !strings.Contains(read(t, "examples/README.md"), "$ go run . --demo < examples/quickstart.jsonl\n{") {
		t.Error("examples/README.md does not show what the quick start prints")
	}
}

// TestReadmes compares the two READMEs section for section, and what they show of the
// examples with the examples.
func TestReadmes(t *testing.T) {
	sections := [][2]string{
		{"grpcline", "grpcline"}, {"Try it", "Попробовать"}, {"Install", "Установка"}, {"From a shell", "Из командной строки"},
		{"From a program", "Из своей программы"}, {"From OneScript and 1C:Enterprise", "Из OneScript и 1С:Предприятия"},
		{"As a server", "Сервером"}, {"In an editor", "Из редактора"}, {"Why not something else", "Почему не другое"},
		{"What it promises", "Что обещано"}, {"More", "Ещё"},
	}
	for i, file := range []string{"README.md", "README.ru.md"} {
		text := read(t, file)
		var headings []string
		for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(withoutCode(text), -1) {
			headings = append(headings, heading[1])
		}
		var want []string
		for _, section := range sections {
			want = append(want, section[i])
		}
		if !slices.Equal(headings, want) {
			t.Errorf("%s has the sections %q, not %q", file, headings, want)
		}
		for _, example := range []string{"examples/hosts/hello.py", "examples/hosts/hello.os"} {
			if !strings.Contains(text, "\n"+read(t, example)+"```") {
				t.Errorf("%s does not show %s as it is", file, example)
			}
		}
	}
}

// withoutCode leaves out the blocks of code, in which # begins comments.
func withoutCode(text string) string {
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text, "")
}

// TestArchitecture finds the files that ARCHITECTURE.md names.
func TestArchitecture(t *testing.T) {
	for _, name := range regexp.MustCompile("`([a-z_/0-9]+(?:\\.go|/))`").FindAllStringSubmatch(read(t, "ARCHITECTURE.md"), -1) {
		if _, err := os.Stat(filepath.Join(root, name[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestFlags checks that the flags that the documentation names are there.
func TestFlags(t *testing.T) {
	help := ""
	for _, word := range []string{"serve", "call", "describe"} { // the other words have no flags beside theirs
		text, err := exec.Command(worker(), word, "--help").Output()
		if err != nil {
			t.Fatal(err)
		}
		help += string(text)
	}
	for _, file := range []string{"protocol.md", "README.md"} {
		for _, flag := range regexp.MustCompile("`(--[a-z0-9-]+)").FindAllStringSubmatch(read(t, file), -1) {
			if !strings.Contains(help, " "+flag[1]+" ") {
				t.Errorf("%s names %s, which is no flag", file, flag[1])
			}
		}
	}
}

// TestLinks follows the links within the repository.
func TestLinks(t *testing.T) {
	for _, file := range []string{
		"protocol.md", "README.md", "README.ru.md", "examples/README.md", "examples/serving/README.md",
		"ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
	} {
		text := read(t, file)
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(link[1], "#")
			switch {
			case strings.Contains(target, "://"):
				continue
			case target == "":
				target = file
			}
			if target != file {
				target = filepath.Join(filepath.Dir(file), target)
			}
			info, err := os.Stat(filepath.Join(root, target))
			if err != nil {
				t.Errorf("%s links to %s: %v", file, link[1], err)
			} else if anchor != "" && !info.IsDir() && !hasAnchor(read(t, target), anchor) {
				t.Errorf("%s links to %s, which has no such heading", file, link[1])
			}
		}
	}
}

// hasAnchor looks for the heading that a link names, as GitHub makes names of
// headings: lower case, without punctuation, with dashes for spaces.
func hasAnchor(text, anchor string) bool {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		if strings.ReplaceAll(name, " ", "-") == anchor {
			return true
		}
	}
	return false
}
