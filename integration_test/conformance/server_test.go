package conformance

import (
	"errors"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// serverAdaptor serves ConformanceService through the worker until the runner signals
// that it is done.
func serverAdaptor() error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	wire, err := readDelimited(os.Stdin)
	if err != nil {
		return err
	}
	types, err := loadSuite()
	if err != nil {
		return err
	}
	request, err := types.decode("ServerCompatRequest", wire)
	if err != nil {
		return err
	}
	w, err := spawn()
	if err != nil {
		return err
	}
	params := schema()
	params["address"], params["json"] = "127.0.0.1:0", object{"enumsAsNumbers": true}
	var certificate any
	if boolean(request["useTls"]) {
		creds := member(request["serverCreds"])
		certificate = creds["cert"]
		tls := object{"certPem": pem(creds["cert"]), "keyPem": pem(creds["key"])}
		if request["clientTlsCert"] != nil {
			tls["clientCaPem"] = pem(request["clientTlsCert"])
		}
		params["tls"] = tls
	}
	if limit := number(request["messageReceiveLimit"]); limit > 0 {
		params["maxReceiveBytes"] = limit
	}
	started, err := w.call("startServer", params)
	if err != nil {
		return errors.Join(err, w.stop())
	}
	host, port, err := net.SplitHostPort(text(started["address"]))
	if err != nil {
		return err
	}
	answer := object{"host": host, "port": port}
	if certificate != nil {
		answer["pemCert"] = certificate
	}
	wire, err = types.encode("ServerCompatResponse", answer)
	if err != nil {
		return err
	}
	if err := writeDelimited(os.Stdout, wire); err != nil {
		return err
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			accepted, err := w.call("acceptCall", object{"server": started["serverId"]})
			if err != nil {
				return // the server was stopped
			}
			serving.Go(func() { (&call{w, accepted}).serve() })
		}
	})
	<-ended
	_, err = w.call("stopServer", object{"server": started["serverId"], "graceMs": 1000})
	serving.Wait()
	return errors.Join(err, w.stop())
}

// call is a call that the suite's client makes.
type call struct {
	w        *worker
	accepted object
}

func (c *call) serve() {
	switch text(c.accepted["method"]) {
	case "Unary", "IdempotentUnary":
		c.respondOnce("UnaryRequest", []any{c.accepted["message"]})
	case "ClientStream":
		var requests []any
		for {
			message, ok := c.receive()
			if !ok {
				break
			}
			requests = append(requests, message)
		}
		if requests != nil {
			c.respondOnce("ClientStreamRequest", requests)
			return
		}
		c.finish(object{"message": object{"payload": c.payload(nil, c.info("", nil, true))}})
	case "ServerStream":
		c.serverStream()
	case "BidiStream":
		c.bidiStream()
	default:
		c.finish(object{"status": object{"code": "UNIMPLEMENTED", "message": "not implemented"}})
	}
}

// respondOnce answers a call that has one response, as the first request defines it.
func (c *call) respondOnce(kind string, requests []any) {
	info := c.info(kind, requests, true)
	definition := member(member(requests[0])["responseDefinition"])
	if !present(definition) {
		c.finish(object{"message": object{"payload": c.payload(nil, info)}})
		return
	}
	c.sendHeaders(definition)
	c.delay(definition)
	end := object{"trailers": metadata(definition["responseTrailers"])}
	if failure := member(definition["error"]); present(failure) {
		end["status"] = status(failure, info)
	} else {
		end["message"] = object{"payload": c.payload(definition["responseData"], info)}
	}
	c.finish(end)
}

func (c *call) serverStream() {
	request := member(c.accepted["message"])
	info := c.info("ServerStreamRequest", []any{request}, true)
	definition := member(request["responseDefinition"])
	if present(definition) {
		c.sendHeaders(definition)
	}
	sent := 0
	for _, data := range list(definition["responseData"]) {
		c.delay(definition)
		c.send(c.payload(data, infoIf(sent == 0, info)))
		sent++
	}
	c.endStream(definition, sent, info)
}

func (c *call) bidiStream() {
	var definition object
	var requests []any
	first, fullDuplex, sent := true, false, 0
	responses := func() []any { return list(definition["responseData"]) }
	for {
		message, ok := c.receive()
		if !ok {
			break
		}
		requests = append(requests, message)
		if first {
			first = false
			definition, fullDuplex = member(member(message)["responseDefinition"]), boolean(member(message)["fullDuplex"])
			if present(definition) {
				c.sendHeaders(definition)
			}
		}
		if fullDuplex {
			if sent >= len(responses()) {
				break
			}
			c.delay(definition)
			c.send(c.payload(responses()[sent], c.info("BidiStreamRequest", requests, sent == 0)))
			sent++
			requests = nil
		}
	}
	for ; sent < len(responses()); sent++ {
		c.delay(definition)
		c.send(c.payload(responses()[sent], infoIf(sent == 0, c.info("BidiStreamRequest", requests, true))))
	}
	c.endStream(definition, sent, c.info("BidiStreamRequest", requests, true))
}

// endStream ends a call that has a stream of responses.
func (c *call) endStream(definition object, sent int, info object) {
	end := object{"trailers": metadata(definition["responseTrailers"])}
	if failure := member(definition["error"]); present(failure) {
		end["status"] = status(failure, infoIf(sent == 0, info))
	}
	c.finish(end)
}

func infoIf(wanted bool, info object) object {
	if wanted {
		return info
	}
	return nil
}

// receive takes the next request; ok is false at the client's half-close, or when the
// call is over.
func (c *call) receive() (message any, ok bool) {
	got, err := c.w.call("getMessage", object{"streamId": c.accepted["streamId"], "timeoutMs": 0})
	if err != nil || boolean(got["done"]) {
		return nil, false
	}
	return got["message"], true
}

func (c *call) send(payload object) {
	_, _ = c.w.call("sendMessage", object{"streamId": c.accepted["streamId"], "message": object{"payload": payload}})
}

func (c *call) sendHeaders(definition object) {
	_, _ = c.w.call("sendHeaders", object{"streamId": c.accepted["streamId"], "metadata": metadata(definition["responseHeaders"])})
}

// finish ends the call. Errors are not told: they are of clients that have gone, which
// the suite sees for itself.
func (c *call) finish(params object) {
	params["streamId"] = c.accepted["streamId"]
	if _, err := c.w.call("finishCall", params); codeOf(err) < 0 && codeOf(err) != -32002 { // which it is once the server is being stopped
		panic(err) // the adaptor is wrong
	}
}

func (c *call) delay(definition object) {
	time.Sleep(time.Duration(number(definition["responseDelayMs"])) * time.Millisecond)
}

// info is a RequestInfo; without all it has the requests alone.
func (c *call) info(kind string, requests []any, all bool) object {
	packed := make([]any, len(requests))
	for i, request := range requests {
		any := object{"@type": "type.googleapis.com/" + suite + kind}
		for name, value := range member(request) {
			any[name] = value
		}
		packed[i] = any
	}
	info := object{"requests": packed}
	if !all {
		return info
	}
	var headers []any
	for name, values := range member(c.accepted["metadata"]) {
		if strings.HasSuffix(name, "-bin") {
			for i, value := range list(values) {
				list(values)[i] = strings.TrimRight(text(value), "=")
			}
		}
		headers = append(headers, object{"name": name, "value": values})
	}
	info["requestHeaders"] = headers
	if c.accepted["deadlineMs"] != nil {
		info["timeoutMs"] = strconv.Itoa(int(number(c.accepted["deadlineMs"])))
	}
	return info
}

func (c *call) payload(data any, info object) object {
	payload := object{}
	if data != nil {
		payload["data"] = data
	}
	if info != nil {
		payload["requestInfo"] = info
	}
	return payload
}

// status makes a status of an Error of the suite, with info among its details.
func status(failure, info object) object {
	made := object{"code": number(failure["code"]), "message": text(failure["message"])}
	details := list(failure["details"])
	if info != nil {
		any := object{"@type": "type.googleapis.com/" + suite + "ConformancePayload.RequestInfo"}
		for name, value := range info {
			any[name] = value
		}
		details = append(details, any)
	}
	if details != nil {
		made["details"] = details
	}
	return made
}

// metadata makes metadata of the suite's list of headers.
func metadata(headers any) object {
	md := object{}
	for _, header := range list(headers) {
		md[strings.ToLower(text(member(header)["name"]))] = list(member(header)["value"])
	}
	return md
}
