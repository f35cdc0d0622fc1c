package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
	"packbench/fulfillment/evidence"
	"packbench/storage"
	"packbench/storage/secrets"
	"packbench/ui/sound"
)

// check is one line of the doctor.
type check struct {
	what, state, text string
}

// doctor looks at everything, and says something of everything: what cannot be looked at is said, too.
type doctor struct {
	c       *call
	cfg     Config
	env     *env           // nil where the data cannot be opened
	why     error          // why not
	secrets *secrets.Store // nil where they cannot be opened
	checks  []check
}

func (d *doctor) say(what, state, text string) {
	d.checks = append(d.checks, check{what, state, oneLine(text)})
}

// runDoctor prints a line for everything that can be wrong, and fails if something is. It changes nothing.
func runDoctor(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if err := c.mustHaveStation(); err != nil {
		return err
	}
	d := &doctor{c: c, cfg: cfg}
	if d.why = c.mustHaveData(); d.why == nil {
		d.env, d.why = c.open(ctx, readOnlyYes)
	}
	if d.env != nil {
		defer d.env.close()
		d.secrets = d.env.secrets
	}
	d.station(ctx)
	d.database(ctx)
	d.chain(ctx)
	if d.env != nil {
		d.checks = append(d.checks, d.env.checkState(ctx))
		d.checks = append(d.checks, d.env.checkFilesThere(ctx))
		d.checks = append(d.checks, d.env.checkRestored(ctx)...)
	}
	d.checks = append(d.checks, checkDisk(c.dir))
	d.shop(ctx)
	d.rulePacks()
	d.carriers()
	d.letters()
	d.unreadable(ctx)
	d.outbox(ctx)
	d.sound(ctx)
	d.devices(ctx)
	return d.print(c.out)
}

func (d *doctor) print(out io.Writer) error {
	failed := 0
	for _, k := range d.checks {
		if k.state == "fail" {
			failed++
		}
		fmt.Fprintf(out, "%-5s %-28s %s\n", k.state, k.what, k.text)
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed; the lines above say what to do", failed)
	}
	return nil
}

// mustHaveStation refuses a folder in which neither data nor a configuration lies: it is the wrong one.
func (c *call) mustHaveStation() error {
	for _, name := range []string{"packbench.db", "station.toml"} {
		if _, err := os.Stat(filepath.Join(c.dir, name)); err == nil {
			return nil
		}
	}
	return c.mustHaveData()
}

func (d *doctor) station(ctx context.Context) {
	text := fmt.Sprintf("%s, market %s, data in %s", d.cfg.Station.ID, d.cfg.Station.Market, d.c.dir)
	if _, err := os.Stat(d.c.config); errors.Is(err, fs.ErrNotExist) {
		d.say("station", "warn", text+"; there is no station.toml yet, so everything is as delivered")
		return
	}
	if d.env != nil {
		if all, err := d.env.store.Stations(ctx); err == nil && len(all) > 0 && !slices.Contains(all, d.cfg.Station.ID) {
			d.say("station", "warn", fmt.Sprintf("%s; but what happened here is recorded of %s: if the id was changed by hand, write the old one back, or its parcel in hand "+
				"and open manifest stay behind; if the station is new, seal there first", text, strings.Join(all, ", ")))
			return
		}
	}
	d.say("station", "ok", text)
}

// database: the file as a whole.
func (d *doctor) database(ctx context.Context) {
	if d.env == nil {
		if _, err := os.Lstat(filepath.Join(d.c.dir, "packbench.db")); errors.Is(err, fs.ErrNotExist) && !errors.Is(d.why, storage.ErrLost) {
			d.say("database", "warn", "there is none yet; it is made when packbench is started here")
			return
		}
		d.say("database", "fail", plain(d.why))
		return
	}
	if err := d.env.store.Check(ctx); err != nil {
		d.say("database", "fail", plain(err)+"; restore the last backup")
		return
	}
	d.say("database", "ok", "every page is in order")
}

const closedData = "cannot be looked at until the database can be opened, see above"

// chain of every station in the database, its end, and the key that seals packets.
func (d *doctor) chain(ctx context.Context) {
	if d.env == nil {
		d.say("chain", "warn", closedData)
		return
	}
	stations, err := d.env.store.Stations(ctx)
	if err != nil {
		d.say("chain", "fail", plain(err))
		return
	}
	if len(stations) == 0 {
		d.say("chain", "ok", "nothing has happened yet")
	}
	heads, err := d.env.checkedHeads()
	if err != nil {
		d.say("chain", "fail", plain(err)+"; keep the folder as it is and tell the supervisor")
	}
	for _, s := range stations {
		n, err := d.env.store.VerifyChain(ctx, s)
		if h := heads[s]; err == nil && h.Seq > 0 {
			if hash, herr := d.env.store.EventHash(ctx, s, h.Seq); herr != nil || hash != h.Hash {
				err = errChainCut
			}
		}
		if err != nil {
			d.say("chain "+s, "fail", plain(err))
			continue
		}
		d.say("chain "+s, "ok", fmt.Sprintf("%d events, every link holds", n))
	}
	if text, err := d.secrets.Get(secretEvidence); err == nil {
		if key, err := evidence.ParseKey(text); err == nil {
			d.say("evidence", "ok", "packets are sealed with the key "+evidence.Fingerprint(evidence.PublicOf(key)))
			return
		}
		d.say("evidence", "fail", "the station's key is damaged; packets cannot be sealed until the secrets are restored")
		return
	}
	d.say("evidence", "ok", "no packet has been sealed yet; the key is made when it is needed")
}

// clock compares with what was recorded: a clock that was set back gives wrong times to what is recorded next.
func (d *doctor) clock(compared string) {
	now := time.Now()
	if d.env != nil {
		heads, _ := d.env.readHeads() // a fault of theirs is said by the chain
		for _, h := range heads {
			if h.At.After(now.Add(time.Minute)) {
				d.say("clock", "fail", fmt.Sprintf("it says %s, but something was recorded at %s; set the clock, or switch on the system's time synchronisation", stamp(now), stamp(h.At)))
				return
			}
		}
	}
	if compared == "" {
		d.say("clock", "warn", fmt.Sprintf("it says %s; without an answer from the Seller Center that cannot be compared", stamp(now)))
		return
	}
	d.say("clock", "ok", compared)
}

// unreadable names the orders that the Seller Center tells and this program cannot read.
func (d *doctor) unreadable(ctx context.Context) {
	if d.env == nil {
		d.say("orders", "warn", closedData)
		return
	}
	list, err := d.env.store.UnreadableOrders(ctx, "")
	if err != nil {
		d.say("orders", "fail", plain(err))
		return
	}
	if len(list) == 0 {
		d.say("orders", "ok", "every order that the Seller Center told could be read")
	}
	for _, u := range list {
		d.say("order "+string(u.ID), "warn", fmt.Sprintf("cannot be read since %s: %s; it is asked for again at every pull, pack it from the Seller Center meanwhile", stamp(u.Since), u.Reason))
	}
}

func (d *doctor) outbox(ctx context.Context) {
	if d.env == nil {
		d.say("outbox", "warn", closedData)
		return
	}
	rows, err := d.env.store.Outbox(ctx)
	if err != nil {
		d.say("outbox", "fail", plain(err))
		return
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
	d.say("outbox", state, fmt.Sprintf("%d waiting, %d need a person (`packbench outbox`)", len(rows)-parked, parked))
}

// soundPatience is how long the sound card may take to show that it is not there.
const soundPatience = 3 * time.Second

// sound opens the card for a moment. Without any card on Linux it is not even tried: the sound library would talk.
func (d *doctor) sound(ctx context.Context) {
	if cards, err := filepath.Glob("/dev/snd/pcm*p"); runtime.GOOS == "linux" && err == nil && len(cards) == 0 {
		d.say("sound", "warn", "there is no sound card; watch the colours, or connect a loudspeaker")
		return
	}
	try, cancel := context.WithTimeout(ctx, soundPatience)
	defer cancel()
	p := sound.New(slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = p.Run(try) // trouble is in Health
	}()
	for p.Health() == "" && try.Err() == nil {
		select {
		case <-try.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	cancel()
	<-done
	if p.Health() != "" {
		d.say("sound", "warn", "the sound card does not work; watch the colours, or connect a loudspeaker and start packbench again")
		return
	}
	d.say("sound", "ok", "the sound card answers")
}

// devices: each that is set up in its own words, and each kind that is not.
func (d *doctor) devices(ctx context.Context) {
	list, err := deviceHealth(ctx, d.c.dir, d.cfg)
	if err != nil {
		d.say("devices", "warn", plain(err))
		return
	}
	for _, kind := range []struct {
		kind    devices.Kind
		state   string
		missing string
	}{
		{devices.Scanner, "fail", "none is set up, and the keyboard is switched off: nothing can be scanned"},
		{devices.Scale, "ok", "none is set up; parcels are not weighed"},
		{devices.Printer, "warn", "no label printer is set up; labels are not printed here"},
		{devices.Camera, "ok", "none is set up; no photos are taken at the handoff"},
	} {
		found := false
		for _, h := range list {
			if h.Kind != kind.kind {
				continue
			}
			found = true
			state := map[devices.State]string{devices.Ready: "ok", devices.Attention: "warn", devices.Absent: "fail"}[h.State]
			if state == "" {
				state = "warn"
			}
			d.say(string(h.Kind)+" "+h.ID, state, plain(errors.New(h.Text)))
		}
		if !found {
			d.say(string(kind.kind), kind.state, kind.missing)
		}
	}
	if warning := dpiWarning(d.cfg, time.Now()); warning != "" {
		d.say("printer resolution", "warn", warning)
	}
}
