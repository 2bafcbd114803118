package grpcops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"

	"github.com/grpcline/grpcline/internal/hostfile"
)

// TLSSettings say how a connection is encrypted and who may be on either end.
type TLSSettings struct {
	DisableCertVerification *bool  `json:"disableCertVerification,omitempty" doc:"accept any certificate (false)"`
	CertFile                string `json:"certFile,omitempty" doc:"a PEM file of root certificates; without it and caPem the system's are used"`
	CAPem                   string `json:"caPem,omitempty" doc:"the same as text"`
	ClientCertFile          string `json:"clientCertFile,omitempty" doc:"a PEM file with the client's certificate (mutual TLS)"`
	ClientKeyFile           string `json:"clientKeyFile,omitempty" doc:"a PEM file with its key"`
	ClientCertPem           string `json:"clientCertPem,omitempty" doc:"the certificate as text"`
	ClientKeyPem            string `json:"clientKeyPem,omitempty" doc:"its key as text"`
	ClientP12File           string `json:"clientP12File,omitempty" doc:"a PKCS#12 file (.p12, .pfx) with the client's certificate and its key, instead of those"`
	ClientP12Password       string `json:"clientP12Password,omitempty" doc:"its password; none unless given"`
	RequireALPN             *bool  `json:"requireAlpn,omitempty" doc:"refuse a server that does not offer HTTP/2 in the TLS handshake (true)"`
	ServerName              string `json:"serverName,omitempty" doc:"the name that the server's certificate must be for, where it is neither the authority nor the address' host"`
}

// Check reads all that the settings name and says what is wrong with it, in a
// *ParamError whose message begins with the name of the setting. Reading ends with ctx.
func (t *TLSSettings) Check(ctx context.Context) error {
	_, err := t.config(ctx)
	return err
}

// inTLS makes an error of Check one of the params that the settings are in.
func inTLS(err error) error {
	var e *ParamError
	if !errors.As(err, &e) {
		return err
	}
	return &ParamError{Param: "tls", Path: "tls." + e.Param, Message: "tls." + e.Message}
}

// config makes what crypto/tls needs.
func (t *TLSSettings) config(ctx context.Context) (*tls.Config, error) {
	name, err := asciiHost(t.ServerName)
	if err != nil {
		return nil, paramErrorf("serverName", "serverName %q is no name of a host: %v", t.ServerName, err)
	}
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         name,
		InsecureSkipVerify: given(t.DisableCertVerification),
	}
	if config.RootCAs, err = t.roots(ctx); err != nil {
		return nil, err
	}
	certificate, err := t.clientCertificate(ctx)
	if err != nil {
		return nil, err
	}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return config, nil
}

// roots returns the given root certificates, nil for the system's.
func (t *TLSSettings) roots(ctx context.Context) (*x509.CertPool, error) {
	if t.CertFile == "" && t.CAPem == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if t.CertFile != "" {
		text, err := readFile(ctx, "certFile", t.CertFile)
		if err != nil {
			return nil, err
		}
		if err := addCertificates(pool, "certFile", text); err != nil {
			return nil, err
		}
	}
	if t.CAPem != "" {
		if err := addCertificates(pool, "caPem", []byte(t.CAPem)); err != nil {
			return nil, err
		}
	}
	return pool, nil
}

// clientCertificate returns the certificate for mutual TLS, nil for none.
func (t *TLSSettings) clientCertificate(ctx context.Context) (*tls.Certificate, error) {
	cert, certPath, err := either(ctx, "clientCertFile", t.ClientCertFile, "clientCertPem", t.ClientCertPem)
	if err != nil {
		return nil, err
	}
	key, keyPath, err := either(ctx, "clientKeyFile", t.ClientKeyFile, "clientKeyPem", t.ClientKeyPem)
	if err != nil {
		return nil, err
	}
	switch {
	case t.ClientP12File != "" && (cert != nil || key != nil):
		return nil, paramErrorf("clientP12File", "clientP12File and %s are two forms of the same; give one of them", certPath)
	case t.ClientP12File != "":
		content, err := readFile(ctx, "clientP12File", t.ClientP12File)
		if err != nil {
			return nil, err
		}
		return fromPKCS12("clientP12File", "clientP12Password", content, t.ClientP12Password)
	case t.ClientP12Password != "":
		return nil, paramErrorf("clientP12Password", "clientP12Password is for clientP12File, which is not given")
	case cert == nil && key == nil:
		return nil, nil
	case key == nil:
		return nil, paramErrorf(certPath, "%s needs its key: give clientKeyFile or clientKeyPem", certPath)
	case cert == nil:
		return nil, paramErrorf(keyPath, "%s needs its certificate: give clientCertFile or clientCertPem", keyPath)
	}
	return keyPair("client", certPath, cert, keyPath, key)
}

// either reads what is given as a file or as text, and says which it was.
func either(ctx context.Context, filePath, file, textPath, text string) ([]byte, string, error) {
	switch {
	case file != "" && text != "":
		return nil, "", paramErrorf(textPath, "%s and %s are two forms of the same; give one of them", textPath, filePath)
	case text != "":
		return []byte(text), textPath, nil
	case file == "":
		return nil, filePath, nil
	}
	content, err := readFile(ctx, filePath, file)
	return content, filePath, err
}

// maxPEMBytes bounds a file of certificates or keys. The largest bundles of roots
// have less than one.
const maxPEMBytes = 16 << 20

// readFile reads the file that a setting names.
func readFile(ctx context.Context, path, name string) ([]byte, error) {
	content, err := hostfile.Read(ctx, name, maxPEMBytes)
	if cause := notADeadline(ctx); err != nil && cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, paramErrorf(path, "%s: %v", path, err)
	}
	return content, nil
}
