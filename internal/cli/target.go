package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/grpcline/grpcline/grpcops"
)

// targetFlags say how a server is reached and where its schema is.
type targetFlags struct {
	headers        []string
	protos         []string
	importPaths    []string
	descriptorSet  string
	tls            bool
	anyCertificate bool
	rootsFile      string
	certFile       string
	keyFile        string
	serverName     string
	authority      string
	timeout        duration // of a call as a whole
	connectTimeout duration
}

func (f *targetFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "send metadata, as in -H `'name: value'`; may be repeated")
	flags.StringArrayVar(&f.protos, "proto", nil, "the schema: a .proto `FILE`, folder or URL, instead of asking the server; may be repeated")
	flags.StringArrayVar(&f.importPaths, "import-path", nil, "look for protos and their imports in `FOLDER`; may be repeated")
	flags.StringVar(&f.descriptorSet, "descriptor-set", "", "the schema: `FILE` is a FileDescriptorSet, as protoc -o writes it")
	flags.BoolVar(&f.tls, "tls", false, "encrypt, as an address with https:// does; so do the next five flags")
	flags.StringVar(&f.rootsFile, "ca", "", "trust the root certificates in `FILE` (PEM) instead of the system's")
	flags.StringVar(&f.certFile, "cert", "", "the client's certificate, a `FILE` (PEM)")
	flags.StringVar(&f.keyFile, "key", "", "its key, a `FILE` (PEM)")
	flags.StringVar(&f.serverName, "server-name", "", "the `NAME` that the server's certificate must be for")
	flags.BoolVar(&f.anyCertificate, "insecure-skip-verify", false, "accept any certificate")
	flags.StringVar(&f.authority, "authority", "", "send `NAME` as the :authority instead of the address' host")
	flags.Var(&f.timeout, "timeout", "how long all of it may take, such as 500ms or 5s (a number is seconds); 0 is no bound")
	flags.Var(&f.connectTimeout, "connect-timeout", "how long connecting may take")
	complete(cmd, "import-path", onlyFolders)
	for _, name := range []string{"header", "server-name", "authority", "timeout", "connect-timeout"} {
		complete(cmd, name, cobra.NoFileCompletions)
	}
}

func onlyFolders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// connectionParams are those of openConnection, with the schemas as the flags have them.
type connectionParams struct {
	grpcops.ConnectionParams
	Proto         any                 `json:"proto,omitempty"` // one schemaSource, or several
	DescriptorSet *schemaSource       `json:"descriptorSet,omitempty"`
	Metadata      map[string][]string `json:"metadata,omitempty"`
}

// schemaSource is a file, which may be a folder, or a URL.
type schemaSource struct {
	File string `json:"file,omitempty"`
	URL  string `json:"url,omitempty"`
}

// schemaSources is the param proto of the values of --proto, nil for none.
func schemaSources(given []string) any {
	var sources []schemaSource
	for _, text := range given {
		if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
			sources = append(sources, schemaSource{URL: text})
		} else {
			sources = append(sources, schemaSource{File: text})
		}
	}
	switch len(sources) {
	case 0:
		return nil
	case 1:
		return sources[0]
	}
	return sources
}

// params are those of a connection to address.
func (f *targetFlags) params(cmd *cobra.Command, address string) (*connectionParams, error) {
	p := &connectionParams{ConnectionParams: grpcops.ConnectionParams{
		Address: address, ImportPaths: f.importPaths, Authority: f.authority, TLS: f.tlsSettings(),
		TimeoutMs: f.timeout.millis(), ConnectTimeoutMs: f.connectTimeout.millis(),
	}}
	p.Proto = schemaSources(f.protos)
	if f.descriptorSet != "" {
		p.DescriptorSet = &schemaSource{File: f.descriptorSet}
	}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if name = strings.ToLower(strings.TrimSpace(name)); !ok || name == "" {
			return nil, wrongUsage(cmd, "-H %q is not 'name: value'", header)
		}
		value = strings.TrimSpace(value)
		if err := checkHeader(name, value); err != nil {
			return nil, wrongUsage(cmd, "-H: %v", err) // the value may be a secret
		}
		if p.Metadata == nil {
			p.Metadata = map[string][]string{}
		}
		p.Metadata[name] = append(p.Metadata[name], value)
	}
	return p, nil
}

// checkHeader says why a connection cannot have such metadata.
func checkHeader(name, value string) error {
	alone, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		return err
	}
	return new(grpcops.ConnectionMetadata).UnmarshalJSON(alone)
}

// tlsSettings is nil if no flag asks for TLS.
func (f *targetFlags) tlsSettings() *grpcops.TLSSettings {
	settings := grpcops.TLSSettings{
		CertFile: f.rootsFile, ClientCertFile: f.certFile, ClientKeyFile: f.keyFile, ServerName: f.serverName,
	}
	if f.anyCertificate {
		settings.DisableCertVerification = &f.anyCertificate
	}
	if !f.tls && settings == (grpcops.TLSSettings{}) {
		return nil
	}
	return &settings
}

// hasSchema tells whether the schema is known without the server.
func (f *targetFlags) hasSchema() bool { return len(f.protos) > 0 || f.descriptorSet != "" }

// duration is the value of a flag that bounds a time; the zero duration is not given.
type duration struct {
	given bool
	time.Duration
}

func (d *duration) String() string {
	if !d.given {
		return ""
	}
	return d.Duration.String()
}

func (d *duration) Type() string { return "TIME" }

func (d *duration) Set(text string) error {
	given, err := time.ParseDuration(text)
	if seconds, isNumber := strconv.ParseFloat(text, 64); isNumber == nil {
		given, err = time.Duration(seconds*float64(time.Second)), nil
		if math.IsNaN(seconds) || seconds > math.MaxInt32 {
			err = errors.New("too long")
		}
	}
	if err != nil || given < 0 || given > 0 && given < time.Millisecond {
		return fmt.Errorf("it must be a time such as 500ms, 5s or 1m30s, or a number of seconds")
	}
	*d = duration{true, given}
	return nil
}

// millis is the duration as requests have it, nil if it is not given.
func (d *duration) millis() *int {
	if !d.given {
		return nil
	}
	ms := int(d.Milliseconds())
	return &ms
}
