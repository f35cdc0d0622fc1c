package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// manyOrders is a file of n orders with two units each.
func manyOrders(n int) string {
	var b strings.Builder
	b.WriteString("order_id,seller_sku,quantity,tracking_number\n")
	for i := range n {
		fmt.Fprintf(&b, "M%06d,MUG,1,T%06d\nM%06d,TEE,1,\n", i, i, i)
	}
	return b.String()
}

// scanWhile records one scan after the other until ctx ends, and returns how many there were and how many chunks ended during the one
// that waited for most of them.
func scanWhile(ctx context.Context, t *testing.T, s *Store, o fulfillment.Order, chunks *atomic.Int64) (most int64, n int) {
	for ctx.Err() == nil {
		before := chunks.Load()
		if err := s.Record(context.WithoutCancel(ctx), station.Commit{Station: "PACK-01", At: t0, Events: event(fulfillment.EventItemScanned, o)}); err != nil {
			t.Errorf("scan %d during the import: %v", n, err)
			return most, n
		}
		most = max(most, chunks.Load()-before)
		n++
		time.Sleep(time.Millisecond) // a packer's scans do not queue themselves
	}
	return most, n
}

// A file is imported by this process or by another one (a second connection is to SQLite what a second process is): no
// scan is refused, and each goes in between two chunks, or a few where the system gives it no turn; it is counted in chunks, for a clock
// would tell how loaded the computer is.
func TestScansGoOnDuringAnImport(t *testing.T) {
	const orders = 2_500
	for _, where := range []string{"the window's own", "a command beside the window"} {
		t.Run(where, func(t *testing.T) {
			dir := t.TempDir()
			window := openTest(t, dir)
			o := testOrder("100", "MUG")
			pull(t, window, o)
			var chunks atomic.Int64
			importer := window
			if where != "the window's own" {
				importer = openTest(t, dir)
			}
			importer.opt.onChunk = func(time.Duration) { chunks.Add(1) }
			ctx, stop := context.WithCancel(t.Context())
			var most int64
			scans := 0
			done := make(chan struct{})
			go func() {
				defer close(done)
				most, scans = scanWhile(ctx, t, window, o, &chunks)
			}()
			report, err := importer.ImportOrders(t.Context(), strings.NewReader(manyOrders(orders)), t.TempDir())
			stop()
			<-done
			if err != nil || report.Kept != 2*orders || len(report.Orders) != orders || len(report.Bad) != 0 {
				t.Fatalf("got %d of %d rows, %d orders, %v", report.Kept, report.Rows, len(report.Orders), err)
			}
			taken := chunks.Load()
			t.Logf("%d orders: %d chunks; %d scans, one waited for %d chunks", orders, taken, scans, most)
			if taken < orders/chunkItems || most > taken/2 {
				t.Errorf("%d chunks, %d scans, one waited for %d chunks: the scans did not go between the chunks", taken, scans, most)
			}
			if _, err := window.VerifyChain(t.Context(), "PACK-01"); err != nil {
				t.Error(err)
			}
		})
	}
}

// An import that ends in the middle says what it has kept, has kept no order in part, and is completed by the next one.
func TestAnImportCutOffIsCompletedByTheNext(t *testing.T) {
	const orders = 900
	dir := t.TempDir()
	s := openTest(t, dir)
	ctx, cut := context.WithCancel(t.Context())
	n := 0
	s.opt.onChunk = func(time.Duration) {
		if n++; n == 2 {
			cut()
		}
	}
	report, err := s.ImportOrders(ctx, strings.NewReader(manyOrders(orders)), t.TempDir())
	if !errors.Is(err, context.Canceled) || report.Kept == 0 || report.Kept >= 2*orders || report.Kept != 2*len(report.Orders) {
		t.Fatalf("got %d rows, %d orders, %v", report.Kept, len(report.Orders), err)
	}
	count := func() (stored, events int) {
		t.Helper()
		if err := s.r.QueryRow("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM events WHERE kind = 'imported')").Scan(&stored, &events); err != nil {
			t.Fatal(err)
		}
		return stored, events
	}
	if stored, events := count(); stored != len(report.Orders) || events != stored {
		t.Errorf("stored %d orders and %d events, told %d", stored, events, len(report.Orders))
	}
	for _, id := range report.Orders {
		if o := mustOrder(t, s, id); len(o.Lines) != 2 || len(o.Packages) != 1 {
			t.Fatalf("half an order: %+v", o)
		}
	}
	s.opt.onChunk = nil
	report, err = s.ImportOrders(t.Context(), strings.NewReader(manyOrders(orders)), t.TempDir())
	if err != nil || report.Kept != 2*orders {
		t.Fatalf("the second import: got %+v, %v", report.Kept, err)
	}
	if stored, events := count(); stored != orders || events != orders {
		t.Errorf("after the second: %d orders, %d events, want %d of each", stored, events, orders)
	}
}

// A scan that cannot have the writer in time is told so, and not that the disk is at fault.
func TestABusyWriterIsNoFullDisk(t *testing.T) {
	dir := t.TempDir()
	s, other := openTest(t, dir), openTest(t, dir)
	o := testOrder("100", "MUG")
	pull(t, s, o)
	if _, err := s.one.conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 50"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.one.begin.ExecContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := station.Commit{Station: "PACK-01", At: t0, Events: event(fulfillment.EventItemScanned, o)}
	err := s.Record(t.Context(), c)
	if !errors.Is(err, ErrBusy) || !errors.Is(err, fulfillment.ErrBusy) || !strings.Contains(err.Error(), "try again") || strings.Contains(err.Error(), "disk") {
		t.Errorf("got %v, want %v", err, ErrBusy)
	}
	if _, err := other.one.rollback.ExecContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), c); err != nil {
		t.Errorf("again: %v", err)
	}
}

// importOnly turns the child of the kill harness into one that imports a file, again and again.
const importOnly = "import"

const killedOrders = 1_500

func importChild(ctx context.Context, dir, _ string) error {
	s, err := Open(ctx, dir, Options{Station: "PACK-01", Market: "US", noGrow: true})
	if err != nil {
		return err
	}
	s.opt.onChunk = func(time.Duration) { fmt.Println("CHUNK") }
	_, err = s.ImportOrders(ctx, strings.NewReader(manyOrders(killedOrders)), dir)
	return err
}

// The computer dies while a file is imported: no order is half there, and importing the file again completes it.
func TestAnImportIsKilledAndMadeAgain(t *testing.T) {
	dir := t.TempDir()
	partly := 0
	for i := range 6 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), killDirEnv+"="+dir, killFaultEnv+"="+importOnly)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil { // a chunk is ended and perhaps committed
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 17 * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Error("the import was over before it was killed")
		}
		s := openTest(t, dir)
		var orders, events, half int
		err = s.r.QueryRow(`SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM events),
			(SELECT count(*) FROM orders o WHERE (SELECT count(*) FROM line_items l WHERE l.order_id = o.id) <> 2
				OR (SELECT count(*) FROM packages p WHERE p.order_id = o.id) <> 1)`).Scan(&orders, &events, &half)
		if err != nil || half != 0 || events != orders {
			t.Errorf("after kill %d: %d orders, %d events, %d in part, %v", i, orders, events, half, err)
		}
		if orders > 0 && orders < killedOrders {
			partly++
		}
		if err := errors.Join(s.Check(t.Context()), s.Close()); err != nil {
			t.Error(err)
		}
	}
	if partly == 0 {
		t.Error("no kill fell into the middle of the import: the test proves nothing")
	}
	s := openTest(t, dir)
	report, err := s.ImportOrders(t.Context(), strings.NewReader(manyOrders(killedOrders)), dir)
	if n, verr := s.VerifyChain(t.Context(), "PACK-01"); err != nil || verr != nil || report.Kept != 2*killedOrders || n != killedOrders {
		t.Errorf("got %d rows, %d events, %v, %v", report.Kept, n, err, verr)
	}
}
