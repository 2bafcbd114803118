// Command client runs cases of grpc-go's interop client: client ADDRESS CASE. It is
// grpc-go's own but for what that needs for xDS, which is not run here. A case that
// fails ends the process.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop"
	"google.golang.org/grpc/interop/grpc_testing"
)

func main() {
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	service := grpc_testing.NewTestServiceClient(conn)
	run, ok := map[string]func(){
		"empty_unary":                 func() { interop.DoEmptyUnaryCall(ctx, service) },
		"large_unary":                 func() { interop.DoLargeUnaryCall(ctx, service) },
		"client_streaming":            func() { interop.DoClientStreaming(ctx, service) },
		"server_streaming":            func() { interop.DoServerStreaming(ctx, service) },
		"ping_pong":                   func() { interop.DoPingPong(ctx, service) },
		"empty_stream":                func() { interop.DoEmptyStream(ctx, service) },
		"timeout_on_sleeping_server":  func() { interop.DoTimeoutOnSleepingServer(ctx, service) },
		"cancel_after_begin":          func() { interop.DoCancelAfterBegin(ctx, service) },
		"cancel_after_first_response": func() { interop.DoCancelAfterFirstResponse(ctx, service) },
		"status_code_and_message":     func() { interop.DoStatusCodeAndMessage(ctx, service) },
		"special_status_message":      func() { interop.DoSpecialStatusMessage(ctx, service) },
		"custom_metadata":             func() { interop.DoCustomMetadata(ctx, service) },
		"unimplemented_method":        func() { interop.DoUnimplementedMethod(ctx, conn) },
		"unimplemented_service": func() {
			interop.DoUnimplementedService(ctx, grpc_testing.NewUnimplementedServiceClient(conn))
		},
	}[os.Args[2]]
	if !ok {
		log.Fatalf("there is no case %q", os.Args[2])
	}
	run()
}
