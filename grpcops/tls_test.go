package grpcops

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
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

	"software.sslmate.com/src/go-pkcs12"
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

// pfx makes a PKCS#12 file of a certificate with its key.
func pfx(t *testing.T, cert, key, password string) string {
	t.Helper()
	certificate, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	content, err := pkcs12.Modern.Encode(certificate.PrivateKey, certificate.Leaf, nil, password)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTLSSettings(t *testing.T) {
	cert, key := pair(t)
	_, otherKey := pair(t)
	p12 := pfx(t, cert, key, "пароль")
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
		{"a byte order mark", TLSSettings{CAPem: "\uFEFF" + cert, ClientCertPem: "\uFEFF" + cert, ClientKeyPem: "\uFEFF" + key}, "", ""},
		{"CRLF and comments", TLSSettings{CAPem: "subject=x\r\n" + strings.ReplaceAll(cert, "\n", "\r\n") + "\r\nissuer=y\r\n" + cert}, "", ""},
		{"a bundle with a key in it", TLSSettings{CAPem: key + cert}, "", ""},
		{"a block without its end", TLSSettings{CAPem: cert + strings.Split(cert, "-----END")[0] + "\n" + cert}, "caPem", "block 2 cannot be read"},
		{"a block that is damaged", TLSSettings{CertFile: file("damaged", cert+cert+strings.Replace(cert, "\nMI", "\n!!", 1))}, "certFile", "block 3 cannot be read"},
		{"a block that is no certificate", TLSSettings{CAPem: cert + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "caPem", "block 2 is no certificate"},
		{"a key alone as roots", TLSSettings{CAPem: key}, "caPem", "no certificate"},
		{"an encrypted key", TLSSettings{ClientCertPem: cert, ClientKeyPem: strings.ReplaceAll(key, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")}, "clientKeyPem", "encrypted"},
		{"a key encrypted in the old way", TLSSettings{ClientCertPem: cert, ClientKeyPem: "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n"}, "clientKeyPem", "encrypted"},
		{"binary", TLSSettings{CertFile: file("der", "\x30\x82\x01\x01")}, "certFile", "DER"},
		{"UTF-16", TLSSettings{CertFile: file("utf16", "\xFF\xFE-\x00")}, "certFile", "UTF-16"},
		{"PKCS#12", TLSSettings{ClientP12File: file("p12", p12), ClientP12Password: "пароль"}, "", ""},
		{"PKCS#12 with another password", TLSSettings{ClientP12File: file("p12", p12), ClientP12Password: "x"}, "clientP12Password", "not the password"},
		{"PKCS#12 without its password", TLSSettings{ClientP12File: file("p12", p12)}, "clientP12Password", "not the password"},
		{"no PKCS#12", TLSSettings{ClientP12File: certFile}, "clientP12File", "no PKCS#12"},
		{"PKCS#12 and a certificate", TLSSettings{ClientP12File: file("p12", p12), ClientCertPem: cert, ClientKeyPem: key}, "clientP12File", "two forms"},
		{"a password alone", TLSSettings{ClientP12Password: "x"}, "clientP12Password", "clientP12File"},
		{"a name in another script", TLSSettings{ServerName: "пример.рф"}, "", ""},
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
