package syncer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// childEnv tells the test binary to be a station's process: a childSetup as JSON.
const childEnv = "PACKBENCH_SYNC_CHILD"

type childSetup struct {
	Dir, URL, Key, Secret, Shop, Market string
	Tokens                              sellercenter.Tokens
	Batch                               int
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(context.Background(), text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if text := os.Getenv(shopEnv); text != "" {
		if err := shopChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child syncs until it is killed.
func child(ctx context.Context, text string) error {
	var c childSetup
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	opened, err := storage.Open(ctx, c.Dir, storage.Options{Station: "PACK-01", Market: c.Market})
	if err != nil {
		return err
	}
	store := opened.Shop(c.Shop)
	tokens := &memTokens{t: c.Tokens, n: 1}
	client, err := sellercenter.New(sellercenter.Config{APIURL: c.URL, AuthURL: c.URL, AppKey: c.Key, AppSecret: c.Secret, Tokens: tokens,
		ReadsPerSecond: 60, WritesPerSecond: 60, Transport: newLife(0).transport()})
	if err != nil {
		return err
	}
	a := sellercenter.NewAdapter(client, c.Shop, c.Market)
	s, err := syncer.New(syncer.Options{Orders: store, Outbox: store, Labels: store, Market: a, Backlog: store, Policy: "at_pack",
		ClockOffset: client.ClockOffset, Poll: 300 * time.Millisecond, Probe: 300 * time.Millisecond,
		Settle: 1500 * time.Millisecond, BackoffBase: 20 * time.Millisecond, BackoffMax: 300 * time.Millisecond, Batch: c.Batch})
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// TestKilledProcess: real processes, real kill -9 at random moments, on one database, while answers are lost.
func TestKilledProcess(t *testing.T) {
	for i, call := range []writeCall{writeCalls[0], writeCalls[4], writeCalls[7], writeCalls[8], writeCalls[9]} {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			f := newMatrix(t, call)
			f.post("/admin/fault", fmt.Sprintf(`{"kind":"lost_after","endpoint":%q,"chance":0.3,"seed":%d}`, call.endpoint, i+1))
			cred := f.shop.Credentials()
			text, err := json.Marshal(childSetup{Dir: f.dir, URL: f.url, Key: cred.AppKey, Secret: cred.AppSecret, Shop: f.cipher,
				Market: call.market, Tokens: f.tokens.t, Batch: call.batch})
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(7, uint64(i)))
			kills := 0
			for n := 0; f.settled() != ""; n++ {
				if n == 60 {
					t.Fatal("still not settled:", f.settled())
				}
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), childEnv+"="+string(text))
				cmd.Stderr = os.Stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				life := time.Duration(15+30*n+rng.IntN(60)) * time.Millisecond // the first die before they are done, wherever that is
				if n > 12 {
					life = 6 * time.Second // long enough to settle what is uncertain
				}
				time.Sleep(life)
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				kills++
				_ = cmd.Wait() // killed
			}
			if t.Log("killed ", kills, " times"); kills < 2 {
				t.Errorf("settled after %d kills: no process was killed before it was done", kills)
			}
			f.check()
		})
	}
}
