package grpcops

import (
	"errors"
	"net"

	"golang.org/x/net/idna"
)

// hostNames turns names in any script into what DNS has (RFC 5891): as browsers do,
// and also with the underscores that some names have.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// asciiHost is the name of a host as DNS, certificates and HTTP/2 have it:
// xn--e1afmkfd.xn--p1ag for пример.рф.
func asciiHost(host string) (string, error) {
	if printable(host) {
		return host, nil
	}
	ascii, err := hostNames.ToASCII(host)
	if err == nil && !printable(ascii) {
		err = errors.New("it has a character that no name has")
	}
	return ascii, err
}

// asciiAuthority does the same with a host that may have a port.
func asciiAuthority(authority string) (string, error) {
	host, port, err := net.SplitHostPort(authority)
	if err != nil {
		return asciiHost(authority)
	}
	if host, err = asciiHost(host); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, port), nil
}
