package grpcops

import (
	"errors"
	"net"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, test := range []struct {
		in   string
		tls  bool // tls is given
		want address
	}{
		{"localhost:50051", false, address{target: "dns:///localhost:50051"}},
		{"localhost", false, address{target: "dns:///localhost:80"}},
		{"localhost", true, address{target: "dns:///localhost:443"}},
		{"localhost:", true, address{target: "dns:///localhost:443"}},
		{"127.0.0.1:1", false, address{target: "dns:///127.0.0.1:1"}},
		{"[::1]:65535", false, address{target: "dns:///[::1]:65535"}},
		{"[::1]", false, address{target: "dns:///[::1]:80"}},
		{"::1", true, address{target: "dns:///[::1]:443"}},
		{"my_host.example", false, address{target: "dns:///my_host.example:80"}},
		{"dns:50051", false, address{target: "dns:///dns:50051"}}, // a host with that name
		{"https:50051", false, address{target: "dns:///https:50051"}},
		{"https://host:1", false, address{target: "dns:///host:1", tls: true}},
		{"https://host", false, address{target: "dns:///host:443", tls: true}},
		{"HTTPS://host/", false, address{target: "dns:///host:443", tls: true}},
		{"https://[::1]:1", false, address{target: "dns:///[::1]:1", tls: true}},
		{"https://[::1]", false, address{target: "dns:///[::1]:443", tls: true}},
		{"http://host", false, address{target: "dns:///host:80"}},
		{"http://host", true, address{target: "dns:///host:443"}},
		{"http://host:1", true, address{target: "dns:///host:1"}},
		{"dns:///host", false, address{target: "dns:///host:80"}},
		{"dns:///host", true, address{target: "dns:///host:443"}},
		{"dns://8.8.8.8/host:1", false, address{target: "dns://8.8.8.8/host:1"}},
		{"dns://8.8.8.8:53/host", false, address{target: "dns://8.8.8.8:53/host:80"}},
		{"grpc://host", false, address{target: "dns:///host:80"}},
		{"grpcs://host", false, address{target: "dns:///host:443", tls: true}},
		{"GRPCS://host:1/", false, address{target: "dns:///host:1", tls: true}},
		{"Пример.РФ:1", false, address{target: "dns:///xn--e1afmkfd.xn--p1ai:1"}},
		{"https://пример.рф", false, address{target: "dns:///xn--e1afmkfd.xn--p1ai:443", tls: true}},
		{"dns:///my_пример.рф", false, address{target: "dns:///xn--my_-tddoytid.xn--p1ai:80"}},
		{"passthrough:///host:1", false, address{target: "passthrough:///host:1"}},
		{"unix:///tmp/a.sock", false, address{target: "unix:///tmp/a.sock"}},
		{"unix:a.sock", false, address{target: "unix:a.sock"}},
		{"UNIX:///tmp/A.sock", true, address{target: "unix:///tmp/A.sock"}},
		{"unix-abstract:name", false, address{target: "unix-abstract:name"}},
		{"demo:///", false, address{target: "passthrough:///demo", demo: true}},
		{"ipv4:127.0.0.1:1", false, address{target: listScheme + ":///127.0.0.1:1", list: []string{"127.0.0.1:1"}}},
		{"ipv4:127.0.0.1,127.0.0.2:2", false, address{target: listScheme + ":///127.0.0.1,127.0.0.2:2", list: []string{"127.0.0.1:80", "127.0.0.2:2"}}},
		{"ipv6:[::1]:1,[::2]", true, address{target: listScheme + ":///[::1]:1,[::2]", list: []string{"[::1]:1", "[::2]:443"}}},
	} {
		got, err := parseAddress(test.in, test.tls)
		if test.want.target != "" && !strings.HasPrefix(strings.ToLower(test.in), "unix") && !test.want.demo {
			if host, _, split := net.SplitHostPort(got.hostPort); split != nil || host == "" {
				t.Errorf("%q, tls %v: hostPort is %q", test.in, test.tls, got.hostPort)
			}
			got.hostPort = ""
		}
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q, tls %v: got %+v, %v", test.in, test.tls, got, err)
		}
	}
}

func TestParseAddressErrors(t *testing.T) {
	for _, in := range []string{
		"", " ", ":50051", "host:0", "host:65536", "host:-1", "host:http", "host:1:2", "host:99999999999999999999",
		"host/path", "host:1/path", "host:1?q", "host:1#f", "user@host:1", "host :1", "host:1\n",
		" host:1", "my host:1", "demo:///x", "demo://x",
		"::%[", "[::%]]:1", "fe80::1%a%b",
		"ftp://host:1", "tcp://host:1", "grpcx://host", "//host", "://host",
		"https://", "https:///", "https://host/path", "https://host?q=1", "https://host#f", "https://user:pw@host", "https://host:x",
		"http://host:0", "https://:443", "https://[::1", "[::1", "::1]", "[]:1", "[host", "a[b", "a]:1",
		"dns:///", "dns:///host/path", "dns:///host:1/path", "dns://8.8.8.8/host/path", "passthrough:///", "passthrough:///host:1/path",
		"unix:", "unix:///", "unix-abstract:", "unix://",
		"ipv4:", "ipv4:host:1", "ipv4:127.0.0.1:1,", "ipv4:127.0.0.1:0", "ipv6:host",
	} {
		got, err := parseAddress(in, false)
		var wrong *ParamError
		if !errors.As(err, &wrong) || wrong.Param != "address" {
			t.Errorf("%q: got %+v, %v", in, got, err)
		} else if in != "" && !strings.Contains(wrong.Message, "address "+strconv.Quote(in)) {
			t.Errorf("%q: %s", in, wrong.Message)
		} else if strings.Contains(in, " ") && !strings.Contains(wrong.Message, "white space") {
			t.Errorf("%q: %s", in, wrong.Message)
		}
	}
}

// FuzzParseAddress takes no address without a host and a port, and none whose
// target would be read differently.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"host:1", "https://[::1]", "dns://a/b:1", "unix:///x", "ipv4:1.2.3.4:5,6.7.8.9", "demo:///", "[::1", "a:b:c"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, in string, tls bool) {
		got, err := parseAddress(in, tls)
		if err != nil {
			return
		}
		for _, hostPort := range got.list {
			checkHostPort(t, in, hostPort)
		}
		if hostPort, ok := strings.CutPrefix(got.target, "dns:///"); ok {
			checkHostPort(t, in, hostPort)
			again, err := parseAddress("http://"+hostPort, tls)
			if err == nil && again.target != got.target {
				t.Errorf("%q becomes %q, and that %q", in, got.target, again.target)
			}
		}
	})
}

func checkHostPort(t *testing.T, in, hostPort string) {
	t.Helper()
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil || host == "" || !validPort(port) || strings.ContainsAny(host, "/?#@ []") {
		t.Errorf("%q becomes %q: %v", in, hostPort, err)
	}
}

func TestDrivePath(t *testing.T) {
	for _, test := range []struct{ path, system, want string }{
		{"///C:/run/s.sock", "windows", "C:/run/s.sock"},
		{`///C:\run\s.sock`, "windows", `C:\run\s.sock`},
		{`C:\run\s.sock`, "windows", `C:\run\s.sock`},
		{"///C:/Program%20Files/s", "windows", "C:/Program Files/s"},
		{"///run/s.sock", "windows", "///run/s.sock"},
		{"relative/s", "windows", "relative/s"},
		{"///C:/run/s.sock", "linux", "///C:/run/s.sock"},
	} {
		if got := drivePath(test.path, test.system); got != test.want {
			t.Errorf("%s on %s is %s, not %s", test.path, test.system, got, test.want)
		}
	}
}
