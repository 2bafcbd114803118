package grpcops

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pair makes a certificate with its key, both as PEM.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"test"},
		IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

func TestTLSSettings(t *testing.T) {
	cert, key := pair(t)
	_, otherKey := pair(t)
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certFile, keyFile, empty, missing := file("cert", cert), file("key", key), file("empty", ""), filepath.Join(folder, "missing")
	for _, test := range []struct {
		name  string
		in    TLSSettings
		param string // at fault; empty for none
		says  string
	}{
		{"nothing", TLSSettings{}, "", ""},
		{"no verification", TLSSettings{DisableCertVerification: pointer(true), ServerName: "x"}, "", ""},
		{"roots from a file", TLSSettings{CertFile: certFile}, "", ""},
		{"roots as text", TLSSettings{CAPem: cert}, "", ""},
		{"roots from both", TLSSettings{CertFile: certFile, CAPem: cert}, "", ""},
		{"a client certificate from files", TLSSettings{ClientCertFile: certFile, ClientKeyFile: keyFile}, "", ""},
		{"a client certificate as text", TLSSettings{ClientCertPem: cert, ClientKeyPem: key}, "", ""},
		{"a client certificate from a file, its key as text", TLSSettings{ClientCertFile: certFile, ClientKeyPem: key}, "", ""},

		{"a file that is not there", TLSSettings{CertFile: missing}, "certFile", missing},
		{"a folder", TLSSettings{CertFile: folder}, "certFile", folder},
		{"a file without a certificate", TLSSettings{CertFile: empty}, "certFile", "PEM"},
		{"a key for a certificate", TLSSettings{CertFile: keyFile}, "certFile", "PEM"},
		{"text that is no certificate", TLSSettings{CAPem: "x"}, "caPem", "PEM"},
		{"a path as text", TLSSettings{CAPem: certFile}, "caPem", "PEM"},
		{"a certificate without its key", TLSSettings{ClientCertFile: certFile}, "clientCertFile", "clientKeyFile"},
		{"a certificate as text without its key", TLSSettings{ClientCertPem: cert}, "clientCertPem", "clientKeyPem"},
		{"a key without its certificate", TLSSettings{ClientKeyPem: key}, "clientKeyPem", "clientCertPem"},
		{"a key file that is not there", TLSSettings{ClientCertFile: certFile, ClientKeyFile: missing}, "clientKeyFile", missing},
		{"a certificate twice", TLSSettings{ClientCertFile: certFile, ClientCertPem: cert, ClientKeyFile: keyFile}, "clientCertPem", "clientCertFile"},
		{"a key twice", TLSSettings{ClientCertFile: certFile, ClientKeyFile: keyFile, ClientKeyPem: key}, "clientKeyPem", "clientKeyFile"},
		{"another's key", TLSSettings{ClientCertPem: cert, ClientKeyPem: otherKey}, "clientCertPem", "clientKeyPem"},
	} {
		err := test.in.Check(t.Context())
		if test.param == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		var wrong *ParamError
		if !errors.As(err, &wrong) || wrong.Param != test.param || !strings.Contains(wrong.Message, test.says) {
			t.Errorf("%s: got %+v, want %s at fault", test.name, err, test.param)
		}
		// Inside connection params the same is said of tls.
		err = (&ConnectionParams{Address: "demo:///", TLS: &test.in}).Check(t.Context())
		if !errors.As(err, &wrong) || wrong.Param != "tls" || wrong.Path != "tls."+test.param {
			t.Errorf("%s, in connection params: got %+v", test.name, err)
		}
	}
}
