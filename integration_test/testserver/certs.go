package testserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// Authority signs certificates for one test.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	PEM  string // its own certificate
}

// NewAuthority makes a certificate authority.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "the test's authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	key := newKey(t)
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{cert: cert, key: key, PEM: pemText("CERTIFICATE", raw)}
}

// Pair is a certificate with its key.
type Pair struct {
	Cert, Key string // PEM
	TLS       tls.Certificate
}

// Issue signs a certificate that is good for a server under any of the names
// (host names or IP addresses) and for a client called by the first.
func (a *Authority) Issue(t testing.TB, names ...string) Pair {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key := newKey(t)
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pair := Pair{Cert: pemText("CERTIFICATE", raw), Key: pemText("EC PRIVATE KEY", rawKey)}
	if pair.TLS, err = tls.X509KeyPair([]byte(pair.Cert), []byte(pair.Key)); err != nil {
		t.Fatal(err)
	}
	return pair
}

// ServerTLS returns the settings of a server with a certificate for names.
func (a *Authority) ServerTLS(t testing.TB, names ...string) *tls.Config {
	t.Helper()
	return &tls.Config{
		Certificates: []tls.Certificate{a.Issue(t, names...).TLS},
		NextProtos:   []string{"h2"},
		MinVersion:   tls.VersionTLS12,
	}
}

// PKCS12 is the pair in a file of that form.
func (p Pair) PKCS12(t testing.TB, password string) string {
	t.Helper()
	content, err := pkcs12.Modern.Encode(p.TLS.PrivateKey, p.TLS.Leaf, nil, password)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// MutualTLS is ServerTLS that asks clients for a certificate of this authority.
func (a *Authority) MutualTLS(t testing.TB, names ...string) *tls.Config {
	t.Helper()
	config := a.ServerTLS(t, names...)
	config.ClientCAs = x509.NewCertPool()
	config.ClientCAs.AddCert(a.cert)
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config
}

// ClientTLS returns the settings of a client that trusts the authority and has a
// certificate, unless it is nil.
func (a *Authority) ClientTLS(certificate *tls.Certificate) *tls.Config {
	config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	config.RootCAs.AddCert(a.cert)
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return config
}

// WriteFile writes text to a file of the test's own folder and returns its path.
func WriteFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemText(kind string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}

// MutualTLS12 starts a server that refuses clients without a certificate in
// the handshake itself, as TLS before 1.3 does. It returns the address.
func MutualTLS12(t testing.TB, a *Authority) string {
	t.Helper()
	config := a.MutualTLS(t, "127.0.0.1")
	config.MaxVersion = tls.VersionTLS12
	return Start(t, Options{TLS: config}).Addr
}
