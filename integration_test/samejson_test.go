package integration_test

import (
	"encoding/json"
	"reflect"
	"testing"
)

// sameJSON compares JSON texts as values.
func sameJSON(t testing.TB, a, b string) bool {
	t.Helper()
	return reflect.DeepEqual(jsonValue(t, a), jsonValue(t, b))
}

func jsonValue(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return v
}
