package grpcops

import (
	"context"
	"crypto/tls"
	"crypto/x509"
)

// ServerTLS says with which certificate a server proves itself, and whether its
// clients must prove themselves.
type ServerTLS struct {
	CertFile     string `json:"certFile,omitempty" doc:"a PEM file with the server's certificate and those that lead to its root"`
	KeyFile      string `json:"keyFile,omitempty" doc:"a PEM file with its key"`
	CertPem      string `json:"certPem,omitempty" doc:"the certificate as text"`
	KeyPem       string `json:"keyPem,omitempty" doc:"its key as text"`
	ClientCAFile string `json:"clientCaFile,omitempty" doc:"a PEM file of root certificates: clients must then have a certificate from one of them"`
	ClientCAPem  string `json:"clientCaPem,omitempty" doc:"the same as text"`
}

// config makes what crypto/tls needs. Its error is a *ParamError whose message
// begins with the name of the setting.
func (t *ServerTLS) config(ctx context.Context) (*tls.Config, error) {
	cert, certParam, err := either(ctx, "certFile", t.CertFile, "certPem", t.CertPem)
	if err != nil {
		return nil, err
	}
	key, keyParam, err := either(ctx, "keyFile", t.KeyFile, "keyPem", t.KeyPem)
	switch {
	case err != nil:
		return nil, err
	case cert == nil:
		return nil, paramErrorf(certParam, "%s is missing: a server with TLS needs certFile with keyFile, or certPem with keyPem", certParam)
	case key == nil:
		return nil, paramErrorf(keyParam, "%s is missing: %s needs its key, in keyFile or keyPem", keyParam, certParam)
	}
	pair, err := keyPair("server", certParam, cert, keyParam, key)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*pair}}
	if config.ClientCAs, err = t.clientRoots(ctx); err != nil {
		return nil, err
	}
	if config.ClientCAs != nil {
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// clientRoots returns the roots that clients' certificates must come from, nil if
// clients need none.
func (t *ServerTLS) clientRoots(ctx context.Context) (*x509.CertPool, error) {
	text, param, err := either(ctx, "clientCaFile", t.ClientCAFile, "clientCaPem", t.ClientCAPem)
	if err != nil || text == nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	return pool, addCertificates(pool, param, text)
}
