package conformance

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// inFlight is how many cases are run at a time.
const inFlight = 16

// clientAdaptor makes the calls that the runner asks for until it ends its input.
func clientAdaptor() error {
	types, err := loadSuite()
	if err != nil {
		return err
	}
	w, err := spawn()
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	var writing sync.Mutex
	places := make(chan struct{}, inFlight)
	for n := 0; ; n++ {
		wire, err := readDelimited(os.Stdin)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		request, err := types.decode("ClientCompatRequest", wire)
		if err != nil {
			return err
		}
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			answer := object{"testName": request["testName"]}
			result, err := (&testCase{w: w, request: request, handle: fmt.Sprint("case ", n)}).run()
			if err != nil {
				answer["error"] = object{"message": err.Error()}
			} else {
				answer["response"] = result
			}
			wire, err := types.encode("ClientCompatResponse", answer)
			if err != nil {
				panic(err)
			}
			writing.Lock()
			defer writing.Unlock()
			if err := writeDelimited(os.Stdout, wire); err != nil {
				panic(err)
			}
		})
	}
	running.Wait()
	return w.stop()
}

// testCase is one call that the runner asks for.
type testCase struct {
	w       *worker
	request object
	handle  string // of its connection and its stream

	result   object
	payloads []any
}

// run makes the call. Its error is one of the adaptor, not of the call.
func (c *testCase) run() (object, error) {
	params := schema()
	params["connectionId"] = c.handle
	params["address"] = net.JoinHostPort(text(c.request["host"]), fmt.Sprint(c.request["port"]))
	params["timeoutMs"], params["json"] = 0, object{"enumsAsNumbers": true}
	if c.request["serverTlsCert"] != nil {
		tls := object{"caPem": pem(c.request["serverTlsCert"])}
		if creds := member(c.request["clientTlsCreds"]); present(creds) {
			tls["clientCertPem"], tls["clientKeyPem"] = pem(creds["cert"]), pem(creds["key"])
		}
		params["tls"] = tls
	}
	if text(c.request["compression"]) == "COMPRESSION_GZIP" {
		params["compression"] = "gzip"
	}
	if limit := number(c.request["messageReceiveLimit"]); limit > 0 {
		params["maxReceiveBytes"] = limit
	}
	if _, err := c.w.call("openConnection", params); err != nil {
		return nil, err
	}
	defer func() { _, _ = c.w.call("closeConnection", object{"connection": c.handle}) }()
	c.result = object{}
	if err := c.call(); err != nil {
		return nil, err
	}
	if c.payloads != nil {
		c.result["payloads"] = c.payloads
	}
	return c.result, nil
}

func (c *testCase) call() error {
	params := object{
		"connection": c.handle, "service": c.request["service"], "method": c.request["method"],
		"metadata": metadata(c.request["requestHeaders"]),
	}
	timeout := c.request["timeoutMs"]
	switch text(c.request["method"]) {
	case "Unary", "IdempotentUnary", "Unimplemented":
		if timeout != nil {
			params["timeoutMs"] = timeout
		}
		c.unary(params)
		return nil
	}
	if timeout != nil {
		params["deadlineMs"] = timeout
	}
	params["streamId"] = c.handle
	opening := map[string]string{"ServerStream": "initServerStream", "ClientStream": "initClientStream", "BidiStream": "initBidiStream"}[text(c.request["method"])]
	if opening == "initServerStream" {
		params["request"] = c.messages()[0]
	}
	if _, err := c.w.call(opening, params); err != nil {
		if codeOf(err) <= 0 {
			return err
		}
		c.fail(err)
		return nil
	}
	c.stream(opening)
	return nil
}

// unary makes a unary call; the suite cancels some.
func (c *testCase) unary(params object) {
	params["request"] = c.messages()[0]
	time.Sleep(c.requestDelay())
	id := jsonrpc2.ID{Str: c.handle, IsString: true}
	if after, ok := member(c.request["cancel"])["afterCloseSendMs"]; ok {
		cancel := time.AfterFunc(time.Duration(number(after))*time.Millisecond, func() {
			_ = c.w.conn.Notify(context.Background(), "$/cancelRequest", object{"id": c.handle})
		})
		defer cancel.Stop()
	}
	got, err := c.w.call("callMethod", params, jsonrpc2.PickID(id))
	if err != nil {
		c.fail(err)
		return
	}
	c.take(got["message"])
	c.end(got)
}

// stream sends and receives on the open stream.
func (c *testCase) stream(opening string) {
	cancel := member(c.request["cancel"])
	fullDuplex := text(c.request["streamType"]) == "STREAM_TYPE_FULL_DUPLEX_BIDI_STREAM"
	if opening != "initServerStream" {
		for _, message := range c.messages() {
			time.Sleep(c.requestDelay())
			if _, err := c.w.call("sendMessage", object{"streamId": c.handle, "message": message}); err != nil {
				break
			}
			if fullDuplex && !c.receive(cancel) {
				return
			}
		}
		if _, ok := cancel["beforeCloseSend"]; ok {
			c.cancel()
		}
		_, _ = c.w.call("completeSend", object{"streamId": c.handle})
	}
	if after, ok := cancel["afterCloseSendMs"]; ok {
		time.Sleep(time.Duration(number(after)) * time.Millisecond)
		c.cancel()
	}
	for c.receive(cancel) {
	}
	if opening == "initClientStream" && c.result["error"] != nil {
		c.payloads = nil // the suite's clients have the response or an error
	}
}

// receive takes one message, and cancels when the suite wants it. It returns false
// at the end.
func (c *testCase) receive(cancel object) bool {
	got, err := c.w.call("getMessage", object{"streamId": c.handle})
	switch {
	case err != nil:
		c.fail(err)
		return false
	case boolean(got["done"]):
		c.end(got)
		return false
	}
	c.take(got["message"])
	if after, ok := cancel["afterNumResponses"]; ok && len(c.payloads) == int(number(after)) {
		c.cancel()
	}
	return true
}

func (c *testCase) cancel() { _, _ = c.w.call("cancelStream", object{"streamId": c.handle}) }

// take keeps the payload of a response.
func (c *testCase) take(response any) {
	payload := member(member(response)["payload"])
	if payload == nil {
		payload = object{}
	}
	c.payloads = append(c.payloads, payload)
}

// end keeps the headers and trailers.
func (c *testCase) end(got object) {
	c.result["responseHeaders"], c.result["responseTrailers"] = headers(got["headers"]), headers(got["trailers"])
}

// fail keeps how the call failed.
func (c *testCase) fail(err error) {
	failed := err.(*jsonrpc2.Error)
	if failed.Code == -32800 {
		c.result["error"] = object{"code": 1, "message": failed.Message}
		return
	}
	var data object
	if failed.Data == nil || json.Unmarshal(*failed.Data, &data) != nil || data["status"] == nil {
		panic(err) // the adaptor is wrong
	}
	s := member(data["status"])
	c.result["error"] = object{"code": s["code"], "message": s["message"], "details": s["details"]}
	c.end(data)
}

// messages are the requests without what makes them an Any.
func (c *testCase) messages() []any {
	var all []any
	for _, message := range list(c.request["requestMessages"]) {
		delete(member(message), "@type")
		all = append(all, message)
	}
	return all
}

func (c *testCase) requestDelay() time.Duration {
	return time.Duration(number(c.request["requestDelayMs"])) * time.Millisecond
}

// headers makes the suite's list of headers of metadata.
func headers(md any) []any {
	var all []any
	for name, values := range member(md) {
		if strings.HasSuffix(name, "-bin") {
			for i, value := range list(values) {
				decoded, err := base64.StdEncoding.DecodeString(text(value))
				if err != nil {
					panic(err)
				}
				list(values)[i] = base64.RawStdEncoding.EncodeToString(decoded)
			}
		}
		all = append(all, object{"name": name, "value": values})
	}
	return all
}
