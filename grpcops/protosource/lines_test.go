package protosource

import "testing"

func TestCloseUp(t *testing.T) {
	for given, want := range map[string]string{
		"a = 1;\n\nb = 2;\n":                     "a = 1;\nb = 2;\n",
		"a = 1; // about a; it ends\n\nb = 2;":   "a = 1; // about a; it ends\nb = 2;",
		"  a = 1;\n\nb = 2;":                     "  a = 1;\n\nb = 2;",
		"import \"a\";\n\noption b = 1;":         "import \"a\";\n\noption b = 1;",
		"a = 1;\n\n// about b;\nb = 2;":          "a = 1;\n\n// about b;\nb = 2;",
		"// about a;\n\n// about b;\nb = 2;":     "// about a;\n\n// about b;\nb = 2;",
		"rpc A(B) returns (C);\n\nrpc D(E) ...;": "rpc A(B) returns (C);\nrpc D(E) ...;",
		"message A {\n\n}\n\n":                   "message A {\n\n}\n\n",
		"":                                       "",
	} {
		if got := closeUp(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
