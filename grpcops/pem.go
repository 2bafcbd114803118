package grpcops

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"software.sslmate.com/src/go-pkcs12"
)

var (
	byteOrderMark = []byte("\xEF\xBB\xBF") // which Windows editors put before a text
	pemBegin      = []byte("-----BEGIN ")
)

// pemBlocks takes a text in PEM form (RFC 7468) apart. encoding/pem skips a block that
// it cannot read; here that is an error, which says which one it is, as a bundle with
// a hole in it fails later and elsewhere.
func pemBlocks(param string, text []byte) ([]*pem.Block, error) {
	if bytes.HasPrefix(text, []byte{0x30}) {
		return nil, paramErrorf(param, "%s is in binary form (DER) and not in PEM form; openssl x509 -inform der turns it into PEM", param)
	}
	if bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF")) {
		return nil, paramErrorf(param, "%s is text in UTF-16; save it as UTF-8 or ASCII", param)
	}
	var blocks []*pem.Block
	rest := bytes.TrimPrefix(text, byteOrderMark)
	for {
		start := bytes.Index(rest, pemBegin)
		if start < 0 {
			return blocks, nil
		}
		rest = rest[start:]
		own := rest // up to the next block, and the line that begins it
		if next := bytes.Index(rest[len(pemBegin):], pemBegin); next >= 0 {
			own = rest[:len(pemBegin)+next]
		}
		block, _ := pem.Decode(own)
		if block == nil {
			return nil, paramErrorf(param, "%s: block %d cannot be read: it has no END line or is damaged", param, len(blocks)+1)
		}
		blocks = append(blocks, block)
		rest = rest[len(own):]
	}
}

// addCertificates adds root certificates to a pool. Other blocks, such as keys and
// revocation lists, are passed over.
func addCertificates(pool *x509.CertPool, param string, text []byte) error {
	blocks, err := pemBlocks(param, text)
	if err != nil {
		return err
	}
	none := true
	for i, block := range blocks {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return paramErrorf(param, "%s: block %d is no certificate: %v", param, i+1, err)
		}
		pool.AddCert(certificate)
		none = false
	}
	if none {
		return paramErrorf(param, "%s has no certificate in PEM form (-----BEGIN CERTIFICATE-----)", param)
	}
	return nil
}

// keyPair makes a certificate with its key of two texts in PEM form. who is whose
// certificate it is.
func keyPair(who, certParam string, cert []byte, keyParam string, key []byte) (*tls.Certificate, error) {
	if _, err := pemBlocks(certParam, cert); err != nil {
		return nil, err
	}
	blocks, err := pemBlocks(keyParam, key)
	if err != nil {
		return nil, err
	}
	for _, block := range blocks {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["Proc-Type"] == "4,ENCRYPTED" {
			return nil, paramErrorf(keyParam, "%s: the key is encrypted, and only PKCS#12 files can be opened with a password (clientP12File); openssl pkey -in KEY -out PLAIN writes it without one", keyParam)
		}
	}
	pair, err := tls.X509KeyPair(bytes.TrimPrefix(cert, byteOrderMark), bytes.TrimPrefix(key, byteOrderMark))
	if err != nil {
		return nil, paramErrorf(certParam, "%s and %s do not make a %s certificate: %v", certParam, keyParam, who, err)
	}
	return &pair, nil
}

// fromPKCS12 takes a certificate, its key and what leads to its root from a PKCS#12
// file (RFC 7292), often named .p12 or .pfx.
func fromPKCS12(param, passwordParam string, content []byte, password string) (*tls.Certificate, error) {
	key, leaf, others, err := pkcs12.DecodeChain(content, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) || errors.Is(err, pkcs12.ErrDecryption):
		return nil, paramErrorf(passwordParam, "%s is not the password of %s", passwordParam, param)
	case err != nil:
		return nil, paramErrorf(param, "%s is no PKCS#12 file with a certificate and its key: %v", param, err)
	}
	pair := &tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, other := range others {
		pair.Certificate = append(pair.Certificate, other.Raw)
	}
	return pair, nil
}
