package storage

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

const killCycles = 200

// killer starts the child again and again on one data folder, kills it at a random moment, and checks what is left.
type killer struct {
	dir   string
	fault string
	acked int64 // highest event acknowledged so far
	// verified is the part of the chain that an earlier cycle has checked.
	verified int64
	head     fulfillment.Hash
	commits  int
	cycles   int
}

// cycle returns the first thing that is wrong, "" if nothing is.
func (k *killer) cycle(ctx context.Context, fromStart bool, wait time.Duration) (string, error) {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), killDirEnv+"="+k.dir, killFaultEnv+"="+k.fault)
	if k.cycles++; k.cycles%8 == 0 { // growing the log takes longer than all else together
		cmd.Env = append(cmd.Env, killGrowEnv+"=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return "", err
	}
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		k.readAcks(out, first)
	}()
	if !fromStart {
		select {
		case <-first:
		case <-done:
		}
	}
	time.Sleep(wait)
	if err := cmd.Process.Kill(); err != nil {
		return "", fmt.Errorf("child ended by itself: %s: %w", said.String(), err)
	}
	<-done
	// On Windows one that is killed has exit code 1, as one has that failed; but that one says why.
	byItself := func() bool {
		return cmd.ProcessState.ExitCode() >= 0 && (runtime.GOOS != "windows" || cmd.ProcessState.ExitCode() != 1 || said.Len() > 0)
	}
	if err := cmd.Wait(); err == nil || byItself() {
		return "", fmt.Errorf("child was not killed: %s, it said %q", cmd.ProcessState, said.String())
	}
	return k.check(ctx)
}

// readAcks notes the highest acknowledged event; a line cut off by the kill was not said.
func (k *killer) readAcks(out io.Reader, first chan struct{}) {
	r := bufio.NewReader(out)
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if seq, err := strconv.ParseInt(strings.TrimSpace(strings.TrimPrefix(line, "ACK ")), 10, 64); err == nil {
			k.acked = max(k.acked, seq)
			k.commits++
		}
		if n == 0 {
			close(first)
		}
	}
}

// check opens the database as the program would and looks at all that must hold after any kill.
func (k *killer) check(ctx context.Context) (wrong string, err error) {
	s, err := Open(ctx, k.dir, Options{Station: "PACK-01", noGrow: true})
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	if err := s.Check(ctx); err != nil {
		return "integrity_check: " + err.Error(), nil
	}
	for e, err := range s.AllEvents(ctx, "PACK-01") {
		if err != nil {
			return "", err
		}
		if e.Seq <= k.verified {
			continue
		}
		if e.Seq != k.verified+1 || !e.Verify(k.head) {
			return fmt.Sprintf("event %d does not follow %d", e.Seq, k.verified), nil
		}
		k.verified, k.head = e.Seq, e.Hash
	}
	if k.acked > k.verified {
		return fmt.Sprintf("event %d was acknowledged, %d is the last stored", k.acked, k.verified), nil
	}
	return k.counts(ctx, s)
}

// counts compares the state with the events.
func (k *killer) counts(ctx context.Context, s *Store) (string, error) {
	for what, query := range map[string]string{
		"a verified package without two item events and one job": `SELECT count(*) FROM packages p WHERE p.height >= 1 AND
			((SELECT count(*) FROM events e WHERE e.order_id = p.order_id AND e.order_id <> '' AND e.kind = 'item_scanned') <> 2
			OR p.id NOT IN (SELECT j.package_id FROM print_jobs j GROUP BY j.package_id HAVING count(*) = 1))`,
		"a handed over package without exactly one outbox row": `SELECT count(*) FROM packages p WHERE p.height >= 6 AND
			(SELECT count(*) FROM outbox b WHERE b.kind = 'report_shipped' AND b.package_id = p.id) <> 1`,
		"an outbox row without a handed over package": `SELECT count(*) FROM outbox b WHERE
			NOT EXISTS (SELECT 1 FROM packages p WHERE p.order_id = b.order_id AND p.id = b.package_id AND p.height >= 6)`,
		"a rung without its event": `SELECT count(*) FROM packages p WHERE
			(p.height >= 6) <> (SELECT count(*) FROM events e WHERE e.order_id = p.order_id AND e.order_id <> '' AND e.kind = 'handed_over')`,
	} {
		var n int
		if err := s.r.QueryRowContext(ctx, query).Scan(&n); err != nil {
			return "", err
		}
		if n > 0 {
			return fmt.Sprintf("%s (%d)", what, n), nil
		}
	}
	return k.inHand(ctx, s)
}

// inHand compares the restored bench with its parcel's events.
func (k *killer) inHand(ctx context.Context, s *Store) (string, error) {
	b, err := s.Restore(ctx, "PACK-01")
	if err != nil || b.Parcel == nil {
		return "", err
	}
	events, err := s.Events(ctx, b.Parcel.Order.ID)
	if err != nil {
		return "", err
	}
	scanned, got := 0, 0
	for _, e := range events {
		if e.Kind == fulfillment.EventItemScanned {
			scanned++
		}
	}
	for _, it := range b.Parcel.Items {
		got += it.Got
	}
	if got != scanned || got != len(b.Parcel.Done) {
		return fmt.Sprintf("%d units in hand, %d done, %d events", got, len(b.Parcel.Done), scanned), nil
	}
	return "", nil
}

// run makes cycles until something is wrong or all are done.
func (k *killer) run(t *testing.T, cycles int) (wrong string, at int) {
	t.Helper()
	for i := range cycles {
		wait := time.Duration(rand.Int64N(int64(30 * time.Millisecond)))
		wrong, err := k.cycle(t.Context(), i%2 == 0, wait)
		if err != nil {
			t.Fatalf("cycle %d: %v", i, err)
		}
		if wrong != "" {
			return wrong, i
		}
	}
	return "", cycles
}

// A packer's computer dies at any moment: nothing that was acknowledged is gone, and nothing is half there.
func TestNothingIsLostWhenTheProgramIsKilled(t *testing.T) {
	cycles := killCycles
	if testing.Short() {
		cycles = 40
	}
	k := &killer{dir: t.TempDir()}
	start := time.Now()
	if wrong, at := k.run(t, cycles); wrong != "" {
		t.Fatalf("after kill %d: %s", at, wrong)
	}
	if k.commits == 0 {
		t.Fatal("no commit was acknowledged: the harness proves nothing")
	}
	s := openTest(t, k.dir)
	if n, err := s.VerifyChain(t.Context(), "PACK-01"); err != nil || n != k.verified {
		t.Errorf("VerifyChain: got %d, %v, want %d events", n, err, k.verified)
	}
	t.Logf("%d kills, %d acknowledged commits, %d events, %v", cycles, k.commits, k.verified, time.Since(start).Round(time.Millisecond))
}

// The harness must see what it is there to see. Most kills meet no moment between two transactions, the fewer the quicker a
// commit is; so the harness goes on until it has seen the fault, and gives up after five times the kills of the real test.
func TestTheKillHarnessFindsPlantedFaults(t *testing.T) {
	for _, fault := range []string{faultEarly, faultSecond} {
		t.Run(fault, func(t *testing.T) {
			k := &killer{dir: t.TempDir(), fault: fault}
			wrong, at := k.run(t, 5*killCycles)
			if wrong == "" {
				t.Fatalf("%s was not found in %d kills", fault, at)
			}
			t.Logf("found at kill %d: %s", at, wrong)
		})
	}
}
