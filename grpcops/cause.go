package grpcops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
)

// noConnection begins what a link says of why there is no connection.
const noConnection = "no connection: "

// is tells whether err is one of the numbers of the operating system.
func is(err error, numbers []syscall.Errno) bool {
	var number syscall.Errno
	return errors.As(err, &number) && slices.Contains(numbers, number)
}

// cause makes half a sentence of why an attempt to connect has failed: the cause, and
// in brackets what to do about it, where that is known.
func (l *link) cause(err error) string {
	if strings.HasPrefix(err.Error(), "name resolver error: ") {
		l.mu.Lock()
		names := l.names
		l.mu.Unlock()
		if names != nil {
			if why := names.why(); why != nil {
				err = why
			}
		}
	}
	var byProxy *proxyError
	if errors.As(err, &byProxy) {
		return byProxy.name + ": " + l.proxyCause(byProxy.err)
	}
	text, advice := l.causeOf(err)
	if advice == "" {
		return text
	}
	return text + " (" + advice + ")"
}

// causeOf is the cause and the advice.
func (l *link) causeOf(err error) (cause, advice string) {
	var (
		dns       *net.DNSError
		unknown   x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		operation *net.OpError
	)
	text := trimWrapping(err.Error())
	switch {
	case errors.As(err, &dns):
		return dnsCause(dns)
	case is(err, refusedNumbers) && errors.As(err, &operation) && operation.Net == "unix":
		return text, "nothing listens there: check the path and that the server runs"
	case is(err, refusedNumbers):
		return text, "nothing listens there: check the port and that the server runs"
	case is(err, unreachableNumbers):
		return text, "there is no way to that address from here: check the network, or whether a proxy is needed"
	case errors.Is(err, os.ErrNotExist) && errors.As(err, &operation):
		return text, "there is no such socket: check the path and that the server runs"
	case errors.Is(err, os.ErrPermission) && errors.As(err, &operation):
		return text, "this user may not connect there"
	case errors.Is(err, errNoALPN):
		return text, "nginx needs http2 on; tls.requireAlpn: false tries all the same"
	case errors.As(err, &unknown):
		if strings.Contains(text, "not standards compliant") {
			return text, "the server's certificate is malformed; tls.disableCertVerification accepts it"
		}
		return text, "give the CA's certificate in tls.certFile or tls.caPem"
	case strings.Contains(text, "not standards compliant"):
		return text, "the server's certificate is malformed; tls.disableCertVerification accepts it"
	case errors.As(err, &host):
		return text, "set tls.serverName to the name in the certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return text, "the certificate's dates do not fit the clock"
	case strings.Contains(text, "certificate required"):
		return text, "the server wants a client certificate from an authority that it knows: tls.clientCertFile with tls.clientKeyFile"
	case strings.Contains(text, "bad certificate"):
		return text, "the server refused the client certificate: tls.clientCertFile with tls.clientKeyFile"
	case errors.As(err, &record):
		return text, "the server speaks no TLS there: use http:// and no tls"
	case strings.Contains(text, "no application protocol"):
		return errNoALPN.Error(), "it may be a web server for HTTP/1.1 alone; nginx needs http2 on"
	case strings.Contains(text, "HTTP/1.1 header"):
		return "the server answers in HTTP/1.1, and gRPC needs HTTP/2", l.orTLS("nginx needs http2 for that port", "or the server wants TLS: https://, or tls: {}")
	case strings.Contains(text, "frame too large"): // another protocol's first bytes, read as a length
		return "the server does not answer in HTTP/2", l.orTLS("it may be no gRPC server", "or it wants TLS: https://, or tls: {}")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), is(err, resetNumbers), strings.Contains(text, "frame"):
		return text, l.closedAdvice()
	case errors.Is(err, context.DeadlineExceeded):
		return "the attempt took too long", ""
	}
	return text, ""
}

// closedAdvice is for a connection that the server closed before it said anything.
func (l *link) closedAdvice() string {
	switch {
	case l.worked.Load():
		return "the server closed the connection; it has worked before, so the server may be restarting"
	case l.tls:
		return "the server closed the connection; it may want a client certificate, or another one: tls.clientCertFile with tls.clientKeyFile"
	}
	return "the server closed the connection; it may want TLS: https://, or tls: {}"
}

// orTLS is advice, and more of it where TLS was not tried and may be what is missing.
func (l *link) orTLS(advice, more string) string {
	if l.tls || l.worked.Load() {
		return advice
	}
	return advice + ", " + more
}

func dnsCause(err *net.DNSError) (cause, advice string) {
	if err.IsNotFound {
		return "no such host: " + err.Name, "check the host's name"
	}
	if err.IsTimeout {
		return "the name server does not answer for " + err.Name, "check the network and the name server"
	}
	return "the name " + err.Name + " cannot be resolved: " + err.Err, "check the host's name and the name server"
}

// proxyCause says what went wrong at a proxy.
func (l *link) proxyCause(err error) string {
	var answer proxyAnswer
	var dns *net.DNSError
	switch {
	case errors.As(err, &answer) && answer.code == http.StatusProxyAuthRequired:
		return err.Error() + " (it wants credentials, or others: http://user:password@host:port)"
	case errors.As(err, &answer) && answer.code == http.StatusForbidden:
		return err.Error() + " (it does not let connections go there: ask who runs it, or leave it out with proxy: \"\" or NO_PROXY)"
	case errors.As(err, &answer):
		return err.Error() + " (it could not open a way to the server)"
	case errors.As(err, &dns):
		cause, _ := dnsCause(dns)
		return cause + " (check the proxy's name)"
	case is(err, refusedNumbers):
		return trimWrapping(err.Error()) + " (nothing listens there: check the proxy's port and that it runs)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), is(err, resetNumbers):
		return "it closed the connection without an answer"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "it did not answer in time"
	}
	return trimWrapping(err.Error())
}

// trimWrapping takes the wrapping of grpc-go and of the standard library off a cause.
func trimWrapping(text string) string {
	if _, after, ok := strings.Cut(text, `desc = "`); ok {
		if end := strings.LastIndex(after, `"`); end >= 0 {
			text = strings.ReplaceAll(after[:end], `\"`, `"`)
		}
	}
	for _, wrapping := range []string{
		"transport: Error while dialing: ", "transport: authentication handshake failed: ",
		"error reading server preface: ", "tls: failed to verify certificate: ", "failed to verify certificate: ",
	} {
		text = strings.TrimPrefix(text, wrapping)
	}
	return text
}
