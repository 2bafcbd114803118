package grpcops

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
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
	ServerName              string `json:"serverName,omitempty" doc:"the name that the server's certificate must be for, where it is neither the authority nor the address' host"`
}

// Check reads all that the settings name and says what is wrong with it, in a
// *ParamError whose message begins with the name of the setting.
func (t *TLSSettings) Check() error {
	_, err := t.config()
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
func (t *TLSSettings) config() (*tls.Config, error) {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         t.ServerName,
		InsecureSkipVerify: given(t.DisableCertVerification),
	}
	var err error
	if config.RootCAs, err = t.roots(); err != nil {
		return nil, err
	}
	certificate, err := t.clientCertificate()
	if err != nil {
		return nil, err
	}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return config, nil
}

// roots returns the given root certificates, nil for the system's.
func (t *TLSSettings) roots() (*x509.CertPool, error) {
	if t.CertFile == "" && t.CAPem == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if t.CertFile != "" {
		text, err := readFile("certFile", t.CertFile)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(text) {
			return nil, paramErrorf("certFile", "certFile: %s has no certificate in PEM form", t.CertFile)
		}
	}
	if t.CAPem != "" && !pool.AppendCertsFromPEM([]byte(t.CAPem)) {
		return nil, paramErrorf("caPem", "caPem has no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}

// clientCertificate returns the certificate for mutual TLS, nil for none.
func (t *TLSSettings) clientCertificate() (*tls.Certificate, error) {
	cert, certPath, err := either("clientCertFile", t.ClientCertFile, "clientCertPem", t.ClientCertPem)
	if err != nil {
		return nil, err
	}
	key, keyPath, err := either("clientKeyFile", t.ClientKeyFile, "clientKeyPem", t.ClientKeyPem)
	if err != nil {
		return nil, err
	}
	switch {
	case cert == nil && key == nil:
		return nil, nil
	case key == nil:
		return nil, paramErrorf(certPath, "%s needs its key: give clientKeyFile or clientKeyPem", certPath)
	case cert == nil:
		return nil, paramErrorf(keyPath, "%s needs its certificate: give clientCertFile or clientCertPem", keyPath)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, paramErrorf(certPath, "%s and %s do not make a client certificate: %v", certPath, keyPath, err)
	}
	return &pair, nil
}

// either reads what is given as a file or as text, and says which it was.
func either(filePath, file, textPath, text string) ([]byte, string, error) {
	switch {
	case file != "" && text != "":
		return nil, "", paramErrorf(textPath, "%s and %s are two forms of the same; give one of them", textPath, filePath)
	case text != "":
		return []byte(text), textPath, nil
	case file == "":
		return nil, filePath, nil
	}
	content, err := readFile(filePath, file)
	return content, filePath, err
}

func readFile(path, name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		var cause *os.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, paramErrorf(path, "%s: %s cannot be read: %v", path, name, err)
	}
	return content, nil
}
