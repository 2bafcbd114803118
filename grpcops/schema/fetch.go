package schema

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"
)

// Limits of a schema given by URL.
const (
	fetchTimeout   = 30 * time.Second
	fetchRedirects = 5
	fetchBytes     = 16 << 20
)

// fetch reads the schema at an http or https URL. Its errors begin with what the
// URL did, such as `answered 404 Not Found`.
func fetch(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || request.URL.Host == "" {
		return "", errors.New("is not a URL with a host")
	}
	// No connection is kept: nothing may outlive the request that asked.
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	client := http.Client{Timeout: fetchTimeout, Transport: transport, CheckRedirect: checkRedirect}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("could not be reached: %w", withoutURL(err))
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return "", &notThereError{response.Status}
	default:
		return "", fmt.Errorf("answered %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, fetchBytes+1))
	if err != nil {
		return "", fmt.Errorf("broke off: %w", err)
	}
	if len(text) > fetchBytes {
		return "", fmt.Errorf("is larger than %d MiB", fetchBytes>>20)
	}
	return string(text), nil
}

// notThereError is the answer of a server that has no such file.
type notThereError struct{ status string }

func (e *notThereError) Error() string { return "answered " + e.status }
func (*notThereError) Unwrap() error   { return fs.ErrNotExist }

func checkRedirect(next *http.Request, before []*http.Request) error {
	if len(before) > fetchRedirects {
		return fmt.Errorf("it redirects more than %d times", fetchRedirects)
	}
	if s := next.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("it redirects to %s:, and only http and https are read", s)
	}
	return nil
}

// withoutURL drops the address that net/http puts before each error, which the
// sentence around it names already.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// shownURL is an address without its password.
func shownURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}
