package introspect

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// validate validates a value against a schema.
func validate(t *testing.T, schema, value []byte) error {
	t.Helper()
	var root jsonschema.Schema
	if err := json.Unmarshal(schema, &root); err != nil {
		t.Fatal(err)
	}
	if root.Schema != dialect {
		return fmt.Errorf("$schema is %v", root.Schema)
	}
	resolved, err := root.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	return resolved.Validate(v)
}
