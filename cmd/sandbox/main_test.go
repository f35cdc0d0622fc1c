package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestRunServesUntilInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out, in := io.Pipe()
	code := make(chan int, 1)
	var said bytes.Buffer // complete before the ready line
	go func() { code <- run(ctx, []string{"--market", "vn", "--orders", "5", "--seed", "3"}, in, &said) }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var r ready
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for name, v := range map[string]string{"app_key": r.AppKey, "app_secret": r.AppSecret, "auth_code": r.AuthCode, "shop_cipher": r.ShopCipher, "auth_url": r.AuthURL} {
		if v == "" {
			t.Errorf("the ready line has no %s: %s", name, line)
		}
	}
	table := r.table()
	var file struct {
		Shop map[string]string `toml:"shop"`
	}
	if err := toml.Unmarshal([]byte(table), &file); err != nil || file.Shop["api_url"] != r.APIURL || file.Shop["app_key"] != r.AppKey || file.Shop["service_id"] != r.ServiceID {
		t.Errorf("%v: what goes into station.toml does not:\n%s", err, table)
	}
	resp, err := http.Get(r.AdminURL + "state")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Market string            `json:"market"`
		Orders []json.RawMessage `json:"orders"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil || state.Market != "VN" || len(state.Orders) != 5 {
		t.Errorf("state %+v, %v", state, err)
	}
	stop()
	select {
	case c := <-code:
		if c != 0 {
			t.Errorf("exit code %d", c)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still serving ten seconds after the interrupt")
	}
	if !strings.Contains(said.String(), table) {
		t.Errorf("the table was not printed: %s", said.String())
	}
	if _, err := http.Get(r.APIURL); err == nil {
		t.Error("the port still answers")
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"--addr 0.0.0.0:0", "can be reached by others"}, {"--addr :8080", "can be reached by others"},
		{"--addr 127.0.0.1", "give host:port"}, {"--addr example.com:80", "can be reached by others"},
		{"--market XX", "GB, US, VN"}, {"--speed 0", "more than 0"}, {"--orders -3", "more than 0"},
		{"serve", "not expected"}, {"--nothing", "not defined"},
	} {
		var errs bytes.Buffer
		if code := run(context.Background(), strings.Fields(tt.args), io.Discard, &errs); code != 2 || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%s: exit code %d, %q", tt.args, code, errs.String())
		}
	}
}

func TestTakenPort(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() { code <- run(ctx, nil, in, io.Discard) }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var r ready
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := run(ctx, []string{"--addr", strings.TrimPrefix(r.APIURL, "http://")}, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), "listening on") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
	stop()
	<-code
}
