package grpcops

import (
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"strings"

	"github.com/grpcline/grpcline/internal/quote"
)

// address is an address of connection params, taken apart.
type address struct {
	target string   // what grpc-go dials
	tls    bool     // the address itself asks for TLS
	list   []string // host:port of each server, of an ipv4: or ipv6: list
	demo   bool     // the server inside this process

	hostPort string // of the server, or the first of list; empty where there is none
}

// parseAddress reads https://host:port, http://host:port (or grpcs, grpc), host:port, or a gRPC
// target (gRPC name resolution: dns, unix, unix-abstract, passthrough, ipv4,
// ipv6). A missing port is 443 with TLS and 80 without; withTLS says that
// settings ask for it.
func parseAddress(text string, withTLS bool) (address, error) {
	scheme, rest, found := strings.Cut(text, ":")
	switch scheme := strings.ToLower(scheme); {
	case text == "":
		return address{}, paramErrorf("address", `address is empty; write host:port, https://host:port or a gRPC target such as unix:///path`)
	case found && isWebScheme(scheme) && strings.HasPrefix(rest, "//"):
		return webAddress(text, strings.HasSuffix(scheme, "s"), withTLS)
	case found && scheme == "demo" && strings.HasPrefix(rest, "//") && strings.Trim(rest, "/") != "":
		return address{}, paramErrorf("address", "address %s has more than demo:///", quote.Path(text))
	case found && scheme == "demo" && strings.HasPrefix(rest, "//"):
		return address{target: "passthrough:///demo", demo: true}, nil
	case found && (scheme == "unix" || scheme == "unix-abstract"):
		if strings.Trim(rest, "/") == "" {
			return address{}, paramErrorf("address", "address %s names no socket", quote.Path(text))
		}
		return address{target: scheme + ":" + drivePath(rest, runtime.GOOS)}, nil
	case found && (scheme == "dns" || scheme == "passthrough") && !validPort(rest):
		return targetAddress(scheme, text, rest, withTLS)
	case found && (scheme == "ipv4" || scheme == "ipv6"):
		return listAddress(text, strings.TrimLeft(rest, "/"), withTLS)
	case strings.Contains(text, "://"):
		return address{}, paramErrorf("address", "address %s has a scheme that is not known; use https, http, dns, unix, unix-abstract, passthrough, ipv4 or ipv6", quote.Path(text))
	}
	hostPort, err := withPort(text, text, withTLS)
	if err != nil {
		return address{}, err
	}
	return address{target: "dns:///" + escaped(hostPort), hostPort: hostPort}, nil
}

// isWebScheme tells the schemes of host:port. grpc and grpcs are what some servers call
// http and https in their documentation.
func isWebScheme(scheme string) bool {
	return scheme == "http" || scheme == "https" || scheme == "grpc" || scheme == "grpcs"
}

// drivePath takes the slashes of a URL off a socket's path that begins with a drive, as
// in unix:///C:/run/s: gRPC would look for it at /C:/run/s, which Windows does not know.
func drivePath(path, system string) string {
	bare := strings.TrimLeft(path, "/")
	if system != "windows" || len(bare) < 3 || bare[1] != ':' || !strings.ContainsRune(`/\`, rune(bare[2])) {
		return path
	}
	if plain, err := url.PathUnescape(bare); err == nil {
		return plain // what is left is no URL, and nobody else unescapes it
	}
	return bare
}

func webAddress(text string, https, withTLS bool) (address, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return address{}, paramErrorf("address", "address %s is no URL", quote.Path(text))
	case u.Host == "":
		return address{}, paramErrorf("address", "address %s has no host", quote.Path(text))
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return address{}, paramErrorf("address", "address %s has more than host and port; a gRPC address has no path, query or user", quote.Path(text))
	}
	hostPort, err := withPort(text, u.Host, https || withTLS)
	if err != nil {
		return address{}, err
	}
	return address{target: "dns:///" + escaped(hostPort), hostPort: hostPort, tls: https}, nil
}

// targetAddress adds the port to dns:host, dns://authority/host and
// passthrough:///host.
func targetAddress(scheme, text, rest string, withTLS bool) (address, error) {
	authority := ""
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		if authority, rest, ok = strings.Cut(after, "/"); !ok {
			return address{}, paramErrorf("address", "address %s has no host; write %s:///host:port", quote.Path(text), scheme)
		}
	}
	hostPort, err := withPort(text, strings.TrimPrefix(rest, "/"), withTLS)
	if err != nil {
		return address{}, err
	}
	return address{target: scheme + "://" + authority + "/" + escaped(hostPort), hostPort: hostPort}, nil
}

// escaped writes the zone of an IPv6 address as a URL wants it.
func escaped(hostPort string) string { return strings.ReplaceAll(hostPort, "%", "%25") }

// listAddress reads ipv4:a:p,b:p and ipv6:[a]:p,[b]:p.
func listAddress(text, list string, withTLS bool) (address, error) {
	a := address{target: listScheme + ":///" + list}
	for item := range strings.SplitSeq(list, ",") {
		hostPort, err := withPort(text, strings.TrimSpace(item), withTLS)
		if err != nil {
			return address{}, err
		}
		if host, _, _ := net.SplitHostPort(hostPort); net.ParseIP(host) == nil {
			return address{}, paramErrorf("address", "address %s must list IP addresses; %q is none", quote.Path(text), host)
		}
		a.list = append(a.list, hostPort)
	}
	a.hostPort = a.list[0]
	return a, nil
}

// withPort adds the port to a part of the address text where there is none.
func withPort(text, hostPort string, withTLS bool) (string, error) {
	switch {
	case strings.ContainsAny(hostPort, " \t\r\n"):
		return "", paramErrorf("address", "address %s has white space in it", quote.Path(text))
	case strings.ContainsAny(hostPort, "/?#@"):
		return "", paramErrorf("address", "address %s has more than host and port; a gRPC address has no path, query or user", quote.Path(text))
	}
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil { // no port
		host, port = hostPort, ""
		if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
			host = strings.TrimSuffix(inner, "]")
		}
	}
	name := host
	if ip, err := netip.ParseAddr(host); err == nil {
		name = ip.Zone() // the rest is digits
	}
	if ascii, err := asciiHost(host); err != nil {
		return "", paramErrorf("address", "address %q has no name of a host: %v", text, err)
	} else if name == host {
		host, name = ascii, ascii
	}
	if strings.ContainsAny(name, ":[]%<>\"\\^`{|}") {
		return "", paramErrorf("address", "address %s is not host:port", quote.Path(text))
	}
	switch {
	case host == "":
		return "", paramErrorf("address", "address %s has no host", quote.Path(text))
	case port == "" && withTLS:
		port = "443"
	case port == "":
		port = "80"
	}
	if !validPort(port) {
		return "", paramErrorf("address", "address %s has port %q; it must be a number from 1 to 65535", quote.Path(text), port)
	}
	return net.JoinHostPort(host, port), nil
}

func validPort(port string) bool {
	n := 0
	for _, c := range port {
		if c < '0' || '9' < c || n > 65535 {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return 0 < n && n <= 65535
}
