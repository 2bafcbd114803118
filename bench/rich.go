package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/grpcline/grpcline/bench/benchpb"
)

// order is an everyday message of some 10 KB as JSON.
func order() *benchpb.Order {
	address := func(n int) *benchpb.Address {
		return &benchpb.Address{
			Street: fmt.Sprintf("%d Long Street", n), City: "Springfield", Zip: fmt.Sprintf("0%d", n*111),
			Latitude: 59.93 + float64(n), Longitude: -30.3, Notes: map[string]string{"door": "blue", "floor": fmt.Sprint(n)},
		}
	}
	o := &benchpb.Order{
		Id: "0190f5a2-7d1e-7c3a-9a56-3b1f0e6f2c11", Number: 1234567, CustomerName: "Анна Каренина", Email: "anna@example.com",
		Shipping: address(1), Billing: address(2), Counters: map[string]int64{}, Labels: map[string]string{},
		Total: 1234.56, Comment: "Please ring twice.\nThen \"knock\".", Paid: true,
		CreatedAt: timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)),
	}
	for i := range 24 {
		o.Lines = append(o.Lines, &benchpb.Line{
			Sku: fmt.Sprintf("SKU-%05d", i*37), Title: fmt.Sprintf("A thing that is sold by the dozen, number %d", i),
			Count: int32(i + 1), Cents: int64(i*1999 + 99), Weight: float64(i) + 0.5, Tags: []string{"new", "heavy", fmt.Sprintf("size %d", i)},
			Attributes: map[string]string{"color": "dark green", "material": "oiled oak", "origin": "Finland"}, Gift: true, Kind: benchpb.Kind_PLAIN,
		})
	}
	for i := range 12 {
		o.Labels[fmt.Sprintf("label-%02d", i)] = fmt.Sprintf("value of label %d", i)
		o.Counters[fmt.Sprintf("counter%02d", i)] = int64(i * 1_000_003)
		o.Related = append(o.Related, int64(4_000_000_000+i*17))
	}
	return o
}

// orderRequest is a unary call that returns an order.
func orderRequest(o *benchpb.Order) *request {
	return newRequest("callMethod", on+`"service":"grpcline.bench.Bench","method":"EchoOrder","request":`+jsonOf(o)+"}")
}

// richContenders send an order there and back, one at a time.
func richContenders() []contender {
	return []contender{
		{staticGRPC, func(b *bed, _ string) (*runner, error) {
			s, err := dialStatic(b.address)
			if err != nil {
				return nil, err
			}
			return &runner{timed(1, func(n int) error { return s.orders(order(), n) }), s.stop}, nil
		}},
		{barePipe, func(b *bed, _ string) (*runner, error) {
			h, err := startHost(exec.Command(b.self, string(echoRole)))
			if err != nil {
				return nil, err
			}
			r := orderRequest(order())
			return &runner{timed(1, func(n int) error { return h.unary(r, n) }), h.stop}, nil
		}},
		{ours, func(b *bed, row string) (*runner, error) {
			h, err := b.connectedWorker(row)
			if err != nil {
				return nil, err
			}
			r := orderRequest(order())
			if err := h.verifyOrder(r, order()); err != nil {
				return nil, errors.Join(err, h.stop())
			}
			return &runner{timed(1, func(n int) error { return h.unary(r, n) }), h.stop}, nil
		}},
	}
}

var errOtherOrder = errors.New("the order did not come back as it went")

// orders sends an order n times, one at a time.
func (s *static) orders(o *benchpb.Order, n int) error {
	for range n {
		got, err := s.client.EchoOrder(context.Background(), o)
		if err != nil {
			return err
		}
		if len(got.GetLines()) != len(o.GetLines()) {
			return errOtherOrder
		}
	}
	return nil
}

// verifyOrder checks that an order comes back as it went.
func (h *host) verifyOrder(r *request, o *benchpb.Order) error {
	line, err := h.call(r)
	if err != nil {
		return err
	}
	result, err := resultOf[struct{ Message json.RawMessage }](line)
	if err != nil {
		return err
	}
	got := &benchpb.Order{}
	if err := protojson.Unmarshal(result.Message, got); err != nil {
		return err
	}
	if !proto.Equal(got, o) {
		return errOtherOrder
	}
	return nil
}
