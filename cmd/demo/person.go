package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const help = `Type a code and Enter: the scanner reads it. Words that are no codes:
  list            orders and their barcodes        weigh 420   put 420 g on the scale (0: take it off)
  offline/online  cut the Seller Center off        cancel ID   a buyer cancels an order
  paper/nopaper   the printer's labels             shot NAME   a screenshot
  help            this                             quit        end everything
Commands of the bench: PB:UNDO PB:SKIP PB:HOLD PB:SHORT PB:FINISH PB:NEXTBOX
  PB:REPRINT PB:REPRINT:SPOILED PB:REPRINT:UNREADABLE PB:REPRINT:LOST PB:CONFIRM:NUMBER
  PB:MODE:HANDOFF PB:MODE:PACK PB:CARRIER:<name> PB:PHOTO PB:SEAL
Badges: PB:USER:900100 is Demo Packer, PB:USER:900900 is Demo Supervisor, who releases held orders;
a supervisor's badge counts for one parcel, and ends by itself after five minutes without a scan.`

// person leaves the window to whoever sits there: codes come from the terminal, labels that come out of the printer are
// told with what is on them. It ends with the window, with the input's word quit, or with ctx; the end of the input
// leaves the window open.
func (s *stage) person(ctx context.Context, in io.Reader) error {
	if err := s.list(ctx); err != nil {
		return err
	}
	fmt.Fprintln(s.say.out, help)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan string)
	go func() { // ends with the process if it waits for a terminal
		for scan := bufio.NewScanner(in); scan.Scan(); {
			select {
			case lines <- strings.TrimSpace(scan.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	told := 0
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.program.window.done:
			s.say.step("bench", "the window was closed")
			return nil
		case <-tick.C:
			s.labelsOut(ctx)
			told = s.verdicts(told)
		case line := <-lines:
			if line == "quit" {
				return nil
			}
			if err := s.word(ctx, line); err != nil {
				s.say.step("demo", "%v", err)
			}
		}
	}
}

// verdicts tells what the bench has said since the last time.
func (s *stage) verdicts(told int) int {
	for _, j := range s.trace.since(told) {
		s.say.step(string(j.Verdict), "%s", j.Text)
		told++
	}
	return told
}

// labelsOut tells about labels that lie in the printer.
func (s *stage) labelsOut(ctx context.Context) {
	for len(s.kit.printer.Labels()) > s.kit.labels {
		l, n, err := s.kit.takeLabel(ctx, time.Second)
		if err != nil {
			return
		}
		file := filepath.Join(s.opt.out, "labels", fmt.Sprintf("%03d.png", n))
		b, err := l.PNG()
		if err == nil {
			err = os.WriteFile(file, b, 0o600)
		}
		if err != nil {
			s.say.step("label", "%v", err)
			continue
		}
		text, err := readLabel(ctx, l.Image(), file)
		if err != nil {
			text = err.Error()
		}
		s.say.step("label", "printed: %s  (%s)", text, file)
	}
}

// word carries out one line of the terminal.
func (s *stage) word(ctx context.Context, line string) error {
	word, arg, _ := strings.Cut(line, " ")
	switch word {
	case "":
		return nil
	case "help":
		fmt.Fprintln(s.say.out, help)
		return nil
	case "list":
		return s.list(ctx)
	case "offline":
		return s.shop.fault(ctx, "offline", "", 0)
	case "online":
		return s.shop.online(ctx)
	case "paper", "nopaper":
		s.kit.printer.PaperOut(word == "nopaper")
		return nil
	case "cancel":
		return s.shop.cancel(ctx, arg)
	case "shot":
		file, err := s.screen.shot(ctx, "shot-"+filepath.Base(arg))
		if err == nil {
			s.say.step("picture", "%s", file)
		}
		return err
	case "weigh":
		g, err := strconv.Atoi(arg)
		if err != nil || g < 0 || g > 30000 {
			return fmt.Errorf("weigh %q: give whole grams, 0 to 30000", arg)
		}
		if g == 0 {
			s.kit.lift()
			return nil
		}
		s.kit.put(ctx, g)
		return nil
	}
	return s.kit.scanner.Scan(line)
}

// list prints the picker's sheets: what can be scanned.
func (s *stage) list(ctx context.Context) error {
	st, err := s.shop.state(ctx)
	if err != nil {
		return err
	}
	for _, o := range st.Orders {
		sh := s.sheetOf(o)
		note := fmt.Sprintf("%d g", sh.grams)
		if !o.goes() {
			note = o.WhyNot
			if o.Trap != "" {
				note = o.Trap
			}
		}
		fmt.Fprintf(s.say.out, "%s  %s, %s, %s\n", o.ID, strings.ToLower(o.ShippingType), strings.ToLower(o.Status), note)
		for _, l := range o.Lines {
			fmt.Fprintf(s.say.out, "    %d × %s  %s (%s)\n", l.Qty, strings.Join(l.Barcodes, " or "), l.Name, l.SKU)
		}
	}
	fmt.Fprintf(s.say.out, "The sandbox's own page: %s\n", s.shop.AdminURL)
	return nil
}
