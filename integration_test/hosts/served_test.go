package hosts

import (
	"encoding/json"
	"testing"
)

// A server of the OneScript package, and a call that it takes from a connection of the
// same worker: its requests name no connection, and its messages are written as the
// package wants them.
func TestServerOfTheClients(t *testing.T) {
	t.Parallel()
	h := startOneScript(t)
	h.send(request{ID: 1, Method: "startServer", Params: object{
		"address": "127.0.0.1:0", "json": inBSL,
		"proto": `syntax = "proto3"; package shop; message Item { string full_name = 1; int64 left = 2; } service Items { rpc Get(Item) returns (Item); }`,
	}})
	var started struct{ ServerID, Address string }
	if err := json.Unmarshal(h.answers(1)[1].Result, &started); err != nil {
		t.Fatal(err)
	}
	h.send(
		request{ID: 2, Method: "openConnection", Params: object{"address": started.Address, "json": inBSL, "connectionId": "connection1"}},
		request{ID: 3, Method: "acceptCall", Params: object{"server": started.ServerID}},
		request{ID: 4, Method: "callMethod", Params: object{"connection": "connection1", "service": "shop.Items", "method": "Get", "request": object{"full_name": "чай"}}},
	)
	a := h.answers(2)
	a[2].want(t, `{"tls": false}`)
	a[3].want(t, `{"streamId": "s1", "method": "Get", "kind": "unary", "message": {"full_name": "чай", "left": 0}}`)
	h.send(
		request{ID: 5, Method: "sendHeaders", Params: object{"streamId": "s1", "metadata": object{"early": "yes"}}},
		request{ID: 6, Method: "finishCall", Params: object{"streamId": "s1", "message": object{"full_name": "чай", "left": 5}, "trailers": object{"late": "yes"}}},
	)
	a = h.answers(3)
	a[4].want(t, `{"message": {"full_name": "чай", "left": 5}, "headers": {"early": ["yes"]}, "trailers": {"late": ["yes"]}}`)
	h.send(request{ID: 7, Method: "stopServer", Params: object{"server": started.ServerID, "graceMs": 10000}})
	h.answers(1)[7].want(t, `{"callsEnded": 0}`)
	h.end()
}
