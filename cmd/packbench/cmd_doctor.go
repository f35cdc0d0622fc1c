package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/mattn/go-sqlite3"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/storage"
)

// version and commit are set by the linker (cmd/dev build); by hand they come from the build's own record.
var (
	version = "0.1.0"
	commit  = ""
)

func runVersion(_ context.Context, c *call) error {
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	sqlite, _, _ := sqlite3.Version()
	return c.json(map[string]any{"version": version, "commit": commit, "sqlite": sqlite, "schema": storage.SchemaVersion()})
}

// healthName is where a running window keeps what it knows of its devices, for `packbench devices`.
const healthName = "health.json"

// probeTime is how long devices are tried where no window is running.
const probeTime = 2500 * time.Millisecond

func runDevices(ctx context.Context, c *call) error {
	cfg, err := loadConfig(c.config, c.named)
	if err != nil {
		return err
	}
	list, err := deviceHealth(ctx, c.dir, cfg)
	if err != nil {
		return err
	}
	for _, h := range list {
		line := map[string]any{"kind": h.Kind, "id": h.ID, "role": h.Role, "transport": h.Transport, "state": h.State, "text": h.Text}
		if c.flags["json"] == "" {
			fmt.Fprintf(c.out, "%-9s %-10s %-28s %s\n", h.State, h.Kind, h.ID, h.Text)
			continue
		}
		if err := c.json(line); err != nil {
			return err
		}
	}
	return nil
}

// deviceHealth asks the running window, which owns the devices, or tries them for a moment: two readers on one scanner
// would share its scans.
func deviceHealth(ctx context.Context, dir string, cfg Config) ([]devices.Health, error) {
	one, err := claimForProbe(dir)
	if err != nil {
		var out []devices.Health
		text, rerr := os.ReadFile(filepath.Join(dir, healthName))
		if rerr == nil {
			rerr = json.Unmarshal(text, &out)
		}
		if rerr != nil {
			return nil, fmt.Errorf("packbench is open but has not said how its devices feel: %w; look at its Equipment screen", rerr)
		}
		return out, nil
	}
	defer one.Close()
	silent := slog.New(slog.DiscardHandler)
	b := openDevices(cfg, func(context.Context, fulfillment.Scan) error { return nil }, func(context.Context, fulfillment.Weight) error { return nil }, silent)
	g := newGroup("probe", silent, func(string, error) {})
	for _, r := range b.runs {
		g.run(r.name, r.run)
	}
	select {
	case <-ctx.Done():
	case <-time.After(probeTime):
	}
	g.stop()
	return b.board.Snapshot(), nil
}

// claimForProbe takes the window's lock without listening for a second start.
func claimForProbe(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// check is one line of the doctor.
type check struct {
	what, state, text string
}

// runDoctor prints a line for everything that can be wrong, and fails if something is.
func runDoctor(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer e.close()
	var checks []check
	checks = append(checks, e.checkData(ctx)...)
	checks = append(checks, checkDisk(c.dir))
	checks = append(checks, e.checkShop(ctx)...)
	list, err := deviceHealth(ctx, c.dir, e.cfg)
	if err != nil {
		checks = append(checks, check{"devices", "warn", err.Error()})
	}
	for _, h := range list {
		state := map[devices.State]string{devices.Ready: "ok", devices.Attention: "warn", devices.Absent: "fail"}[h.State]
		checks = append(checks, check{string(h.Kind) + " " + h.ID, state, h.Text})
	}
	failed := 0
	for _, k := range checks {
		if k.state == "fail" {
			failed++
		}
		fmt.Fprintf(c.out, "%-5s %-28s %s\n", k.state, k.what, k.text)
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed; the lines above say what to do", failed)
	}
	return nil
}

// checkData: the database as a whole, and the chain of events of every station in it.
func (e *env) checkData(ctx context.Context) []check {
	out := []check{{"database", "ok", "every page is in order"}}
	if err := e.store.Check(ctx); err != nil {
		out[0] = check{"database", "fail", err.Error() + "; restore the last backup"}
	}
	stations, err := e.store.Stations(ctx)
	if err != nil {
		return append(out, check{"chain", "fail", err.Error()})
	}
	for _, s := range stations {
		n, err := e.store.VerifyChain(ctx, s)
		if err != nil {
			out = append(out, check{"chain " + s, "fail", err.Error()})
			continue
		}
		out = append(out, check{"chain " + s, "ok", fmt.Sprintf("%d events, every link holds", n)})
	}
	return out
}

// checkShop: credentials, clock, and what has not been told.
func (e *env) checkShop(ctx context.Context) []check {
	where := check{"secrets", "ok", "kept in " + e.secrets.Where()}
	if !e.secrets.InKeyStore() {
		where.state = "warn"
	}
	out := []check{where}
	market, client, err := newMarket(e.cfg, e.secrets, e.log)
	if errors.Is(err, errNoShop) {
		return append(out, check{"Seller Center", "warn", err.Error()})
	}
	if err != nil {
		return append(out, check{"Seller Center", "fail", err.Error()})
	}
	ask, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := client.Shops(ask); err != nil {
		return append(out, check{"Seller Center", "fail", err.Error()})
	}
	out = append(out, check{"Seller Center", "ok", "answers for shop " + market.Shop()[:min(8, len(market.Shop()))] + "…"})
	off := client.ClockOffset()
	clock := check{"clock", "ok", fmt.Sprintf("%s beside the platform's", off.Round(time.Second))}
	if off.Abs() > time.Minute {
		clock = check{"clock", "warn", fmt.Sprintf("wrong by %s; switch on the system's time synchronisation", off.Round(time.Second))}
	}
	out = append(out, clock)
	rows, err := e.store.Outbox(ctx)
	if err != nil {
		return append(out, check{"outbox", "fail", err.Error()})
	}
	parked := 0
	for _, r := range rows {
		if r.State == fulfillment.OutboxParked {
			parked++
		}
	}
	state := "ok"
	if parked > 0 {
		state = "warn"
	}
	return append(out, check{"outbox", state, fmt.Sprintf("%d waiting, %d need a person (`packbench outbox`)", len(rows)-parked, parked)})
}
