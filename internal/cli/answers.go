package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/grpcline/grpcline/internal/strictjson"
)

// answers are those of a mock server, from a file that is read again when it changes.
type answers struct {
	file string // empty is none

	mu       sync.Mutex
	byMethod map[string][]step // by pkg.Service/Method
	changed  time.Time
	size     int64
}

func newAnswers(file string) *answers { return &answers{file: file} }

// of gives the answer of a method, nil if there is none. Its error says why the file
// could not be read again.
func (a *answers) of(method string) ([]step, error) {
	err := a.read()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.byMethod[method], err
}

// read reads the file if it has changed. If that fails, the answers stay as they were.
func (a *answers) read() error {
	if a.file == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	info, err := os.Stat(a.file)
	if err != nil {
		return fmt.Errorf("--answers: %w", err)
	}
	if a.byMethod != nil && info.ModTime().Equal(a.changed) && info.Size() == a.size {
		return nil
	}
	a.changed, a.size = info.ModTime(), info.Size()
	text, err := (&values{what: "--answers", args: []string{"@" + a.file}}).only()
	if err != nil {
		return err
	}
	byMethod, err := parseAnswers(text)
	if err != nil {
		return fmt.Errorf("%s: %w", a.file, err)
	}
	a.byMethod = byMethod
	return nil
}

// step is one message or error of an answer, and what goes with it.
type step struct {
	Message  json.RawMessage `json:"$message,omitempty"`
	Error    json.RawMessage `json:"$error,omitempty"` // {code, message, details}
	DelayMs  int             `json:"$delayMs,omitempty"`
	Headers  json.RawMessage `json:"$headers,omitempty"`
	Trailers json.RawMessage `json:"$trailers,omitempty"`
}

// parseAnswers reads an object of pkg.Service/Method to an answer: a step, or a list of
// them.
func parseAnswers(text json.RawMessage) (map[string][]step, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, fmt.Errorf("it must be an object of pkg.Service/Method to an answer")
	}
	parsed := make(map[string][]step, len(given))
	for method, answer := range given {
		items := []json.RawMessage{answer}
		if answer[0] == '[' {
			if err := json.Unmarshal(answer, &items); err != nil {
				return nil, err
			}
		}
		steps := make([]step, len(items))
		for i, item := range items {
			s, err := parseStep(item)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", method, err)
			}
			steps[i] = s
		}
		parsed[method] = steps
	}
	return parsed, nil
}

// parseStep tells a message from an object with names that begin with $, which no
// field of a message does.
func parseStep(text json.RawMessage) (step, error) {
	var members map[string]json.RawMessage
	if text[0] == '{' && json.Unmarshal(text, &members) == nil {
		for name := range members {
			if strings.HasPrefix(name, "$") {
				var s step
				return s, strictjson.DecodeValue(text, &s)
			}
		}
	}
	return step{Message: text}, nil
}

// filled is the step with what it takes from the request.
func (s step) filled(request json.RawMessage) (step, error) {
	var from any
	if request != nil {
		if err := decodeNumbers(request, &from); err != nil {
			return step{}, err
		}
	}
	for _, part := range []*json.RawMessage{&s.Message, &s.Error, &s.Headers, &s.Trailers} {
		if !bytes.Contains(*part, []byte("{{")) {
			continue
		}
		var value any
		if err := decodeNumbers(*part, &value); err != nil {
			return step{}, err
		}
		value, err := fill(value, from)
		if err != nil {
			return step{}, err
		}
		if *part, err = json.Marshal(value); err != nil {
			return step{}, err
		}
	}
	return s, nil
}

// decodeNumbers decodes JSON and keeps numbers as they are written.
func decodeNumbers(text []byte, v *any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(v)
}
