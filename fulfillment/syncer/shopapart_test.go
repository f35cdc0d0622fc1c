package syncer_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"packbench/cmd/sandbox/shop"
)

// shopEnv tells the test binary to be the platform's computer: shop.Options as JSON.
const shopEnv = "PACKBENCH_SYNC_SHOP"

// farShop is a shop in another process.
type farShop struct {
	t    testing.TB
	url  string
	cred shop.Credentials
}

type farHello struct {
	URL  string
	Cred shop.Credentials
}

// openShopApart starts the shop in a process of its own, which ends with the test.
func openShopApart(t testing.TB, o shop.Options) (platform, string) {
	t.Helper()
	text, err := json.Marshal(struct {
		Market        string
		Orders        int
		RatePerSecond float64
	}{o.Market, o.Orders, o.RatePerSecond})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), shopEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	var h farHello
	if err := json.NewDecoder(out).Decode(&h); err != nil {
		t.Fatal("the shop did not start: ", err)
	}
	return &farShop{t, h.URL, h.Cred}, h.URL
}

// shopChild serves the shop until its standard input ends, which it does with whoever started it.
func shopChild(text string) error {
	if err := standBack(); err != nil {
		return err
	}
	o := shop.Options{CarrierAfter: -1}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	srv, err := shop.New(o)
	if err != nil {
		return err
	}
	ts := httptest.NewServer(srv)
	defer ts.Close()
	if err := json.NewEncoder(os.Stdout).Encode(farHello{ts.URL, srv.Credentials()}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func (f *farShop) Credentials() shop.Credentials { return f.cred }

func (f *farShop) State() (st shop.State) {
	resp, err := http.Get(f.url + "/admin/state")
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&st); err != nil {
		f.t.Fatal(err)
	}
	return st
}
