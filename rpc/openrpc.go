package rpc

// openRPC is the document of rpc.discover (OpenRPC 1.3).
type openRPC struct {
	Version string `json:"openrpc"`
}

func (t *table) openRPC(version string) openRPC { return openRPC{"1.3.2"} }
