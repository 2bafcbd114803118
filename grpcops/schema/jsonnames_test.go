package schema

import "testing"

func TestJSONNameConflicts(t *testing.T) {
	const legacy = "option deprecated_legacy_json_field_conflicts = true; "
	for text, ok := range map[string]bool{
		`syntax = "proto2"; message M { optional string foo_bar = 1; optional string fooBar = 2; }`:                                  true,
		`syntax = "proto2"; message M { optional string foo_bar = 1; optional string x = 2 [json_name = "fooBar"]; }`:                true,
		`syntax = "proto2"; message M { optional string y = 1 [json_name = "a"]; optional string x = 2 [json_name = "a"]; }`:         false,
		`message M { message In { optional string foo_bar = 1; optional string x = 2 [json_name = "fooBar"]; } optional In i = 1; }`: true,
		`syntax = "proto2"; enum E { E_A = 0; A = 1; }`:                                                                              true,
		`syntax = "proto3"; message M { string foo_bar = 1; string fooBar = 2; }`:                                                    false,
		`syntax = "proto3"; message M { ` + legacy + `string foo_bar = 1; string fooBar = 2; }`:                                      true,
		`syntax = "proto3"; message M { ` + legacy + `string foo_bar = 1; string x = 2 [json_name = "fooBar"]; }`:                    true,
		`syntax = "proto3"; message M { ` + legacy + `string y = 1 [json_name = "a"]; string x = 2 [json_name = "a"]; }`:             false,
		`syntax = "proto3"; message L { ` + legacy + `} message M { string foo_bar = 1; string fooBar = 2; }`:                        false,
		`syntax = "proto3"; enum E { ` + legacy + `E_A = 0; A = 1; }`:                                                                true,
		`syntax = "proto3"; enum E { E_A = 0; A = 1; }`:                                                                              false,
		`syntax = "proto3"; message M { ` + legacy + `string foo_bar = 1; string fooBar = 2; Nope n = 3; }`:                          false,
	} {
		user := `syntax = "proto3"; import "a.proto"; service S {}`
		_, err := NewCache(0).Load(t.Context(), Given{Proto: protosOf("a.proto", text, "b.proto", user)})
		if (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
