package strictjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/grpcline/grpcline/internal/brief"
	"github.com/grpcline/grpcline/internal/jsonscan"
)

// decodeValue sets to from a JSON value that is not an absent one.
func decodeValue(data []byte, to reflect.Value, path string) error {
	if to.Type() == rawMessage {
		to.SetBytes(data)
		return nil
	}
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	if own, ok := to.Addr().Interface().(json.Unmarshaler); ok {
		return DecodeOwn(data, own, path)
	}
	switch to.Kind() {
	case reflect.Struct:
		return decodeStruct(data, to, planOf(to.Type()), path)
	case reflect.Map:
		return decodeMap(data, to, path)
	case reflect.Slice:
		return decodeSlice(data, to, path)
	case reflect.Bool:
		if data[0] != 't' && data[0] != 'f' {
			return wrongType(path, "true or false", data)
		}
		to.SetBool(data[0] == 't')
	case reflect.String:
		if data[0] != '"' {
			return wrongType(path, "a string", data)
		}
		text, ok := jsonscan.Unquote(data)
		if !ok {
			return &Error{path, fmt.Sprintf("%q has half of a surrogate pair, which is no text", path)}
		}
		to.SetString(text)
	case reflect.Int, reflect.Int64:
		n, ok := count(data)
		if !ok {
			if tooLarge(data) {
				return wrongType(path, "at most 9223372036854775807", data)
			}
			return wrongType(path, "a whole number of 0 or more", data)
		}
		to.SetInt(n)
	default:
		return &Error{path, fmt.Sprintf("%q cannot be given as JSON", path)}
	}
	return nil
}

// DecodeOwn lets a type decode itself, and puts its path before the one of the
// error it returns.
func DecodeOwn(data []byte, own json.Unmarshaler, path string) error {
	err := own.UnmarshalJSON(data)
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Path != "" && e.Path[0] != '[':
		return &Error{join(path, e.Path), fmt.Sprintf("in %q: %s", path, e.Message)}
	case errors.As(err, &e): // of the value itself, or of an element of it
		message := strings.TrimPrefix(e.Message, strconv.Quote(e.Path)+" ")
		return &Error{path + e.Path, fmt.Sprintf("%q %s", path+e.Path, message)}
	}
	return &Error{path, fmt.Sprintf("%q %s", path, err)}
}

func decodeMap(data []byte, to reflect.Value, path string) error {
	if data[0] != '{' {
		return wrongType(path, "an object", data)
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, m := range membersOf(data) {
		name, err := nameOf(data[m.Name:m.NameEnd], path)
		if err != nil {
			return err
		}
		key := reflect.ValueOf(name).Convert(to.Type().Key())
		if to.MapIndex(key).IsValid() {
			return &Error{join(path, name), fmt.Sprintf("%q is given twice%s", brief.Name(name), within(path))}
		}
		item := reflect.New(to.Type().Elem()).Elem()
		if err := decodeValue(data[m.Value:m.ValueEnd], item, join(path, name)); err != nil {
			return err
		}
		to.SetMapIndex(key, item)
	}
	return nil
}

func decodeSlice(data []byte, to reflect.Value, path string) error {
	if data[0] != '[' {
		return wrongType(path, "an array", data)
	}
	to.Set(reflect.MakeSlice(to.Type(), 0, 0))
	n := 0
	return eachItem(data, func(item []byte) error {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := decodeValue(item, value, fmt.Sprintf("%s[%d]", path, n)); err != nil {
			return err
		}
		n++
		to.Set(reflect.Append(to, value))
		return nil
	})
}

// count reads a whole number from 0 on, in any of JSON's ways to write one.
func count(data []byte) (int64, bool) {
	if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		return n, n >= 0
	}
	if data[0] == '"' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil || f < 0 || f != math.Trunc(f) || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// tooLarge tells whether a number is one that an int64 cannot hold.
func tooLarge(data []byte) bool {
	f, _ := strconv.ParseFloat(string(data), 64) // infinite if it is too large for that, too
	return f >= 1<<63
}

// shown is how much of a wrong value an error repeats.
const shown = 40

func wrongType(path, want string, got []byte) error {
	name := ""
	if path != "" {
		name = strconv.Quote(path) + " "
	}
	kind := ""
	switch got[0] {
	case '{':
		kind = "an object"
	case '[':
		kind = "an array"
	case '"':
		kind = "a string"
	default:
		if kind = string(got); len(kind) > shown {
			kind = "a longer number"
		}
	}
	return &Error{path, fmt.Sprintf("%smust be %s, not %s", name, want, kind)}
}
