package introspect

import (
	"encoding/json"
	"testing"
)

func TestSchemaAcceptsAndRefuses(t *testing.T) {
	zooFiles, oldFiles := load(t, "zoo", zoo), load(t, "old", old)
	tests := []struct {
		message, value string
		fits           bool
	}{
		{"zoo.Kinds", `{"d":"-5","f":18446744073709551615,"a":"NaN","p":-1,"t":{"false":7},"u":{"-1":""}}`, true},
		{"zoo.Kinds", `{"d":"five"}`, false},
		{"zoo.Kinds", `{"d":1.5}`, false},
		{"zoo.Kinds", `{"f":-1}`, false},
		{"zoo.Kinds", `{"c":2147483648}`, false},
		{"zoo.Kinds", `{"e":-1}`, false},
		{"zoo.Kinds", `{"a":"nan"}`, false},
		{"zoo.Kinds", `{"p":"GREEN"}`, false},
		{"zoo.Kinds", `{"m":"true"}`, false},
		{"zoo.Kinds", `{"r":"text"}`, false},
		{"zoo.Kinds", `{"t":{"yes":"RED"}}`, false},
		{"zoo.Kinds", `{"v":{"-1":""}}`, false},
		{"zoo.Kinds", `{"unknown":1}`, false},
		{"zoo.Node", `{"next":{"next":{"name":5}}}`, false},
		{"zoo.Choice", `{}`, true},
		{"zoo.Choice", `{"text":"","leftSide":"1"}`, true},
		{"zoo.Choice", `{"text":"","null":null}`, false},
		{"zoo.Choice", `{"leftSide":"1","rightSide":"1"}`, false},
		{"zoo.Known", `{"a":{},"b":"1.5s","f":null,"h":null,"l":"1","s":[null,{}]}`, true},
		{"zoo.Known", `{"b":"1.5"}`, false},
		{"zoo.Known", `{"g":{}}`, false},
		{"zoo.Known", `{"h":0}`, false},
		{"old.Required", `{"id":"","inner":{"data":""},"[old.note]":"x"}`, true},
		{"old.Required", `{"id":""}`, false},
		{"old.Clash", `{"aB":1}`, true},
	}
	for _, tt := range tests {
		files := zooFiles
		if tt.message[:3] == "old" {
			files = oldFiles
		}
		described, err := Schema(messageOf(t, files, tt.message))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, described, []byte(tt.value)); (err == nil) != tt.fits {
			t.Errorf("%s %s: %v", tt.message, tt.value, err)
		}
	}
}

func TestSchemaSaysWhatTheSourceSays(t *testing.T) {
	text, err := Schema(messageOf(t, load(t, "zoo", zoo), "zoo.Kinds"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Defs map[string]struct {
			Description string
			Properties  map[string]struct {
				Description string
				Deprecated  bool
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	kinds := got.Defs["zoo.Kinds"]
	field := kinds.Properties["snakeCase"]
	if kinds.Description != "Kinds has all kinds." || field.Description != "The given name is used." || !field.Deprecated {
		t.Errorf("got %+v", kinds)
	}
}
