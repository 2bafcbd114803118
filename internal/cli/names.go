package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/grpcline/grpcline/internal/nearest"
)

// methodDetail is what getMethod tells of a method.
type methodDetail struct {
	Service         string          `json:"service"`
	Name            string          `json:"name"`
	Kind            string          `json:"kind"`
	RequestType     string          `json:"requestType"`
	ResponseType    string          `json:"responseType"`
	RequestSchema   json.RawMessage `json:"requestSchema"`
	RequestTemplate json.RawMessage `json:"requestTemplate"`
}

func (d *methodDetail) path() string { return d.Service + "/" + d.Name }

// services lists the server's services.
func (s *session) services(ctx context.Context) ([]string, error) {
	var list struct {
		Services []string `json:"services"`
	}
	err := s.request(ctx, "getServiceList", struct {
		Connection string `json:"connection"`
	}{s.connection}, &list)
	return list.Services, err
}

// methods lists the names of a service's methods.
func (s *session) methods(ctx context.Context, service string) ([]string, error) {
	var list struct {
		Methods []struct {
			Name string `json:"name"`
		} `json:"methods"`
	}
	err := s.request(ctx, "getMethodList", struct {
		Connection string `json:"connection"`
		Service    string `json:"service"`
	}{s.connection, service}, &list)
	names := make([]string, len(list.Methods))
	for i, m := range list.Methods {
		names[i] = m.Name
	}
	return names, err
}

func (s *session) detail(ctx context.Context, path string) (*methodDetail, error) {
	d := &methodDetail{}
	err := s.request(ctx, "getMethod", struct {
		Connection string `json:"connection"`
		Method     string `json:"method"`
	}{s.connection, path}, d)
	return d, err
}

// service finds the service of a full name, or of the last parts of one that no other
// has.
func (s *session) service(ctx context.Context, given string) (string, error) {
	all, err := s.services(ctx)
	if err != nil || slices.Contains(all, given) {
		return given, err
	}
	found := servicesNamed(all, given)
	if len(found) > 1 {
		return "", fmt.Errorf("%q is short for several services: %s", given, strings.Join(found, ", "))
	}
	if len(found) == 0 {
		return given, nil // the worker says what is wrong with it
	}
	return found[0], nil
}

// method finds the method of pkg.Service/Method, of the same with a dot, or of the last
// parts of it that no other method has.
func (s *session) method(ctx context.Context, given string) (*methodDetail, error) {
	given = strings.TrimPrefix(given, "/")
	cut := strings.LastIndexAny(given, "/.")
	service, name := "", given[cut+1:]
	var refused error
	if cut > 0 {
		service = given[:cut]
		d, err := s.detail(ctx, service+"/"+name)
		if err == nil || !isUnknownName(err) {
			return d, err
		}
		refused = err
	}
	all, err := s.services(ctx)
	if err != nil {
		return nil, err
	}
	found, known, err := s.methodsNamed(ctx, servicesNamed(all, service), name)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 1:
		return s.detail(ctx, found[0])
	case len(found) > 1:
		return nil, fmt.Errorf("several services have a method %q: %s", given, strings.Join(found, ", "))
	case refused != nil:
		return nil, refused
	}
	return nil, fmt.Errorf("there is no method %q%s", given, nearest.Hint(given, known))
}

// servicesNamed are those whose name ends in a short one; all if it is empty.
func servicesNamed(all []string, short string) []string {
	if short == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return name != short && !strings.HasSuffix(name, "."+short)
	})
}

// methodsNamed are the paths of the services' methods of that name, and the names of all
// methods. What every server has, reflection and health, counts only if no other service
// has such a method.
func (s *session) methodsNamed(ctx context.Context, services []string, name string) (found, known []string, err error) {
	for _, service := range services {
		methods, err := s.methods(ctx, service)
		if err != nil && !isUnknownName(err) {
			return nil, nil, err
		}
		known = append(known, methods...)
		if slices.Contains(methods, name) {
			found = append(found, service+"/"+name)
		}
	}
	own := slices.DeleteFunc(slices.Clone(found), func(path string) bool {
		return strings.HasPrefix(path, "grpc.reflection.") || strings.HasPrefix(path, "grpc.health.")
	})
	if len(own) > 0 {
		found = own
	}
	slices.Sort(known)
	return found, slices.Compact(known), nil
}

// isUnknownName tells whether the worker refused a name that is not in the schema.
func isUnknownName(err error) bool {
	refused := new(jsonrpc2.Error)
	if !errors.As(err, &refused) || refused.Code != jsonrpc2.CodeInvalidParams || refused.Data == nil {
		return false
	}
	var data struct {
		Param string `json:"param"`
	}
	return json.Unmarshal(*refused.Data, &data) == nil && slices.Contains([]string{"service", "method", "symbol"}, data.Param)
}
