package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/syncer"
	"packbench/storage"
)

// runSync makes one pull and one push of each connected shop; one JSON line a result. A shop that fails keeps no other back.
func runSync(ctx context.Context, c *call) error {
	if c.flags["once"] == "" {
		return &usageError{"usage: packbench sync --once; the window keeps in step by itself"}
	}
	e, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer e.close()
	// Rows that a crash left in flight are taken up, unless a window is open: those may be on their way right now.
	lock, locked := claimForProbe(c.dir)
	if locked == nil {
		defer lock.Close()
	}
	shops, err := newMarkets(e.cfg, e.secrets, nil, e.log)
	if err != nil {
		return err
	}
	var failed []error
	for _, m := range shops {
		if err := c.syncOnce(ctx, e, m, locked != nil); err != nil {
			if len(shops) > 1 {
				err = fmt.Errorf("%s: %w", m.shop.words(), err)
			}
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// syncOnce is one pull and one push of one shop. atWork: a window is at its rows.
func (c *call) syncOnce(ctx context.Context, e *env, m market, atWork bool) error {
	s, err := e.newSyncer(m, func(o *syncer.Options) { o.SkipRecover = atWork })
	if err != nil {
		return err
	}
	results, err := s.Once(ctx)
	for _, r := range results {
		line := map[string]any{"kind": r.Kind, "order_id": r.OrderID, "package_id": r.PackageID, "outcome": r.Outcome, "reason": r.Reason}
		if m.shop.ID != "" {
			line["shop"] = m.shop.ID
		}
		if jerr := c.json(line); jerr != nil {
			return jerr
		}
	}
	return err
}

// runOrdersImport takes orders, tracking numbers and labels from a file.
func runOrdersImport(ctx context.Context, c *call) error {
	return c.importFile(ctx, func(e *env, r io.Reader) (storage.ImportReport, error) {
		return e.store.ImportOrders(ctx, r, filepath.Dir(c.args[0]))
	})
}

// runProductsImport takes item barcodes, weights and handling from a file.
func runProductsImport(ctx context.Context, c *call) error {
	return c.importFile(ctx, func(e *env, r io.Reader) (storage.ImportReport, error) {
		return e.store.ImportProducts(ctx, r)
	})
}

// importFile runs an import and reports it: one JSON line on stdout, each bad row a sentence on stderr. Bad rows make the
// command fail although the good ones were kept. What was kept before something went wrong is reported too.
func (c *call) importFile(ctx context.Context, take func(*env, io.Reader) (storage.ImportReport, error)) error {
	f, err := openPlain(c.args[0])
	if err != nil {
		return fmt.Errorf("open %s: %w", c.args[0], err)
	}
	defer f.Close()
	e, err := c.open(ctx, readOnlyNo)
	if err != nil {
		return err
	}
	defer e.close()
	rep, err := take(e, f)
	if err != nil && rep.Kept == 0 {
		return fmt.Errorf("import %s: %w; nothing was imported", c.args[0], err)
	}
	if len(rep.UnknownColumns) > 0 {
		fmt.Fprintf(c.err, "packbench: columns kept aside, because nothing here is called so: %s\n", strings.Join(rep.UnknownColumns, ", "))
	}
	for _, n := range rep.Notes {
		fmt.Fprintf(c.err, "packbench: %s, line %d: kept, but look: %s\n", filepath.Base(c.args[0]), n.Line, n.Reason)
	}
	for _, b := range rep.Bad {
		fmt.Fprintf(c.err, "packbench: %s, line %d: %s\n", filepath.Base(c.args[0]), b.Line, b.Reason)
	}
	if jerr := c.json(map[string]any{"rows": rep.Rows, "kept": rep.Kept, "bad": len(rep.Bad), "notes": len(rep.Notes)}); jerr != nil {
		return errors.Join(err, jerr)
	}
	if err != nil {
		fmt.Fprintf(c.err, "packbench: the import ended early: %d of %d rows were imported, no order in part; import the same file again: it goes on, and doubles nothing\n",
			rep.Kept, rep.Rows)
		return fmt.Errorf("import %s: %w", c.args[0], err)
	}
	if len(rep.Bad) > 0 {
		return fmt.Errorf("%d of %d rows were not imported; the lines above say why, mend them and import the file again", len(rep.Bad), rep.Rows)
	}
	return nil
}

func runOrdersExport(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	return c.writeResult(c.args[0], func(w io.Writer) error { return e.store.ExportOrders(ctx, w) })
}

// runOrder prints one order as the contract has it.
func runOrder(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	id := fulfillment.OrderID(c.args[0])
	o, err := e.store.Order(ctx, id)
	if errors.Is(err, fulfillment.ErrNotFound) {
		return fmt.Errorf("there is no order %s at this station; it comes with the next pull or an import", id)
	}
	if err != nil {
		return err
	}
	found, err := e.store.Find(ctx, string(id), nil)
	if err != nil {
		return err
	}
	events, err := e.store.Events(ctx, id)
	if err != nil {
		return err
	}
	bench, err := e.store.Restore(ctx, e.cfg.Station.ID)
	if err != nil {
		return err
	}
	out := orderJSON(o, found.Products, events, bench)
	if err := e.addWay(ctx, id, out); err != nil {
		return err
	}
	return c.json(out)
}

// orderJSON is the contract's order; lines are what is scanned, a bundle by its parts. A package that was cancelled keeps its
// lines, each called so; its rung says how far it had come.
func orderJSON(o fulfillment.Order, products map[fulfillment.SKU]fulfillment.Product, events []fulfillment.Event, bench fulfillment.Bench) map[string]any {
	lines, packages, deadlines, happened := []map[string]any{}, []map[string]any{}, []map[string]any{}, []map[string]any{}
	lowest := fulfillment.RungDelivered
	for _, p := range o.Packages {
		if !p.Rung.AtLeast(lowest) {
			lowest = p.Rung
		}
		pkg := map[string]any{"id": p.ID, "tracking": p.Tracking, "rung": p.Rung, "weight_g": p.WeightG}
		if p.Unpacked != "" {
			pkg["unpacked_by"] = p.Unpacked
		}
		if with := o.InParcel(p).WithIDs(); len(with) > 0 {
			pkg["combined_with"] = with
		}
		packages = append(packages, pkg)
		items, cancelled := fulfillment.Contents(o, p, products)
		if !cancelled {
			items = inHand(bench, o, p, items)
		}
		for _, it := range items {
			line := map[string]any{"seller_sku": it.SKU, "name": it.Name, "quantity": it.Need, "verified": it.Got}
			if it.Bundle != "" {
				line["bundle"] = it.Bundle
			}
			if cancelled {
				line["cancelled"] = true
			}
			lines = append(lines, line)
		}
	}
	for _, d := range o.Deadlines {
		deadlines = append(deadlines, map[string]any{"name": d.Name, "at": stamp(d.At), "source": d.Source})
	}
	for _, e := range events {
		ev := map[string]any{"station": e.Station, "seq": e.Seq, "at": stamp(e.At), "kind": e.Kind, "operator": e.Operator}
		if e.PackageID != "" {
			ev["package_id"] = e.PackageID
		}
		if e.Scan != "" {
			ev["scan"] = e.Scan
		}
		if d := fulfillment.Detail(e); d != "" {
			ev["detail"] = d
		}
		happened = append(happened, ev)
	}
	return map[string]any{"id": o.ID, "rung": lowest, "holds": fulfillment.HoldsOf(o), "lines": lines, "packages": packages, "deadlines": deadlines, "events": happened}
}

// addWay adds what the carrier told last of the order's parcels, newest first.
func (e *env) addWay(ctx context.Context, id fulfillment.OrderID, out map[string]any) error {
	way, err := e.store.Tracking(ctx, id)
	steps := []map[string]any{}
	for _, s := range way {
		step := map[string]any{"text": s.Text}
		if !s.At.IsZero() {
			step["at"] = stamp(s.At)
		}
		steps = append(steps, step)
	}
	out["tracking_steps"] = steps
	return err
}

// inHand are the order's items as they are counted in hand, where the parcel is; else they stay what they are.
func inHand(bench fulfillment.Bench, o fulfillment.Order, p fulfillment.Package, items []fulfillment.Item) []fulfillment.Item {
	h := bench.Parcel
	if h == nil || bench.Leads(o.ID) != h.Order.ID {
		return items
	}
	if q, ok := o.Shares(h.Package); !ok || q.ID != p.ID {
		return items
	}
	var own []fulfillment.Item
	for _, it := range h.Items {
		if cmp.Or(it.Order, h.Order.ID) == o.ID && !it.Out {
			own = append(own, it)
		}
	}
	return own
}

// runOutbox prints what is not done, oldest first.
func runOutbox(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	rows, err := e.store.Outbox(ctx)
	if err != nil {
		return err
	}
	nobodys, err := e.nobodys(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if nobodys[r.OrderID] && r.Reason == "" {
			r.Reason = "its shop is not connected; connect it again, or tell it in the Seller Center"
		}
		if err := c.json(map[string]any{"id": r.ID, "kind": r.Kind, "order_id": r.OrderID, "package_id": r.PackageID, "state": r.State,
			"attempts": r.Attempts, "age_s": int(timeSince(r.CreatedAt).Seconds()), "reason": r.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// nobodys are the orders with rows that nobody tells, because their shop is not connected.
func (e *env) nobodys(ctx context.Context) (map[fulfillment.OrderID]bool, error) {
	shops, err := connectedShops(e.cfg, e.secrets)
	if err != nil {
		return nil, err
	}
	var keys []string
	for i, shop := range shops {
		keys = append(keys, keysOf(shop, i == len(shops)-1)...)
	}
	return strangeTo(ctx, e.store, keys)
}

// strangeTo are the orders with rows of which none of the shops with these keys knows.
func strangeTo(ctx context.Context, store *storage.Store, keys []string) (map[fulfillment.OrderID]bool, error) {
	ids, err := store.Strange(ctx, keys)
	out := map[fulfillment.OrderID]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

func runBackup(ctx context.Context, c *call) error {
	e, err := c.open(ctx, readOnlyYes)
	if err != nil {
		return err
	}
	defer e.close()
	at, err := c.resultFile(c.args[0])
	if err != nil {
		return err
	}
	if err := e.store.Backup(ctx, at, c.config); err != nil {
		return err
	}
	st, err := os.Stat(at)
	if err != nil {
		return err
	}
	return c.json(map[string]any{"file": c.args[0], "bytes": st.Size(), "verified": true})
}

// runRestore puts a backup in place. The window must be closed: it would go on with the old data.
func runRestore(ctx context.Context, c *call) error {
	if err := c.mustHaveFolder(); err != nil {
		return err
	}
	one, err := claimInstance(c.dir)
	if errors.Is(err, errSecondStart) {
		return errors.New("packbench is open on this data folder; close its window, then restore")
	}
	if err != nil {
		return err
	}
	defer one.release()
	done, err := storage.Restore(ctx, c.args[0], c.dir)
	if err != nil {
		return err
	}
	switch done.Config {
	case "":
	case "station.toml":
		fmt.Fprintln(c.err, "packbench: station.toml came back with the data; passwords are never in a backup: connect the shop and write those of the cameras again")
	default:
		fmt.Fprintf(c.err, "packbench: the station.toml that is there stays in force; the backup's lies beside it as %s\n", done.Config)
	}
	if done.Jobs+done.Rows > 0 {
		fmt.Fprintf(c.err, "packbench: %d labels that were waiting to be printed are asked about first, %d rows of the outbox are read before they are sent\n", done.Jobs, done.Rows)
	}
	if done.Lost != nil {
		fmt.Fprintln(c.err, "packbench:", lostWords(*done.Lost))
	}
	if err := c.noteRestore(context.WithoutCancel(ctx)); err != nil {
		where := ""
		if done.Kept != "" {
			where = "; what it replaces is in " + done.Kept
		}
		return fmt.Errorf("%s was put in place%s, but it could not be opened to note the end of its chain: %w; then restore it once more", c.args[0], where, err)
	}
	return c.json(map[string]any{"restored": c.args[0], "kept": done.Kept, "config": done.Config, "asked_labels": done.Jobs,
		"read_first": done.Rows, "lost": done.Lost})
}

// checkState: the tables against the events. What the platform told stands in no event and is not compared.
func (e *env) checkState(ctx context.Context) check {
	r, err := e.store.CompareState(ctx)
	switch {
	case err != nil:
		return check{"state", "fail", err.Error() + "; restore the last backup"}
	case !r.OK():
		return check{"state", "fail", fmt.Sprintf("%d differences between the tables and the events, the first: %s; the events are the truth: "+
			"look at this parcel before it leaves, and restore the last backup if many differ", len(r.Differences)+r.More, r.Differences[0])}
	}
	text := fmt.Sprintf("%d packages and %d manifests are what %d events say", r.Packages, r.Manifests, r.Events)
	if r.Unsure > 0 {
		text += fmt.Sprintf("; events of an older version say too little about %d", r.Unsure)
	}
	return check{"state", "ok", text}
}

// keepRetention wipes buyer data and photos on the clocks of the policy, at the start and then daily, until ctx ends. It
// looks every hour, because a computer that sleeps at night stops its clocks.
func (e *env) keepRetention(ctx context.Context) error {
	const day = 24 * time.Hour
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	keep := storage.Retention{BuyerData: time.Duration(e.cfg.Policy.BuyerDataDays) * day, Evidence: time.Duration(e.cfg.Policy.EvidenceDays) * day}
	return e.store.RunRetention(ctx, keep, t.C)
}
