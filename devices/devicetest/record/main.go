package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/serialport"
	"packbench/devices/usb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

type options struct {
	transport, port, device, page, ask, out, note string
	baud                                          int
	length                                        time.Duration
}

func run(ctx context.Context, args []string, msg io.Writer) error {
	var o options
	f := flag.NewFlagSet("record", flag.ContinueOnError)
	f.SetOutput(msg)
	f.StringVar(&o.transport, "transport", "", "serial, hid or usb")
	f.StringVar(&o.port, "port", "", "serial: path, COM name, or vendor:product")
	f.IntVar(&o.baud, "baud", 9600, "serial: bits a second")
	f.StringVar(&o.device, "device", "", "hid, usb: vendor:product or vendor:product:serial, as lsusb prints them")
	f.StringVar(&o.page, "page", "", "hid: usage page of the interface wanted, in hexadecimal, where the device has several: 8c is a scanner's, 8d a scale's")
	f.StringVar(&o.ask, "ask", "", "bytes to send every second, in hexadecimal: 57 0d asks an NCI scale")
	f.StringVar(&o.note, "note", "", "maker and model, and what was done; the first line of the file")
	f.DurationVar(&o.length, "for", 30*time.Second, "how long")
	f.StringVar(&o.out, "o", "", "file to write")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.out == "" {
		return errors.New("say where to write it: -o FILE")
	}
	ask, err := hex.DecodeString(strings.ReplaceAll(o.ask, " ", ""))
	if err != nil {
		return fmt.Errorf("--ask %q is not hexadecimal: %w", o.ask, err)
	}
	d, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer d.Close()
	fmt.Fprintf(msg, "Recording for %v. Use the device now: scan, weigh, print.\n", o.length)
	ctx, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	tape, err := listen(ctx, d, ask)
	tape.Note = o.note
	if werr := os.WriteFile(o.out, tape.Marshal(), 0o600); werr != nil {
		return fmt.Errorf("write the recording: %w", werr)
	}
	fmt.Fprintf(msg, "%d pieces in %s.\n", len(tape.Pieces), o.out)
	return err
}

// device is what both kinds of transport have.
type device interface {
	Read(ctx context.Context, p []byte) (int, error)
	Write(ctx context.Context, p []byte) (int, error)
	Close() error
}

func open(ctx context.Context, o options) (device, error) {
	switch o.transport {
	case "serial":
		p, err := serialport.Open(serialport.Config{Port: o.port, Baud: o.baud, Deadlines: true})
		if err != nil {
			return nil, err
		}
		return serialLine{p}, nil
	case "hid", "usb":
		id, err := usb.ParseID(o.device)
		if err != nil {
			return nil, err
		}
		want, err := o.wanted()
		if err != nil {
			return nil, err
		}
		return usb.NewSystem().Open(ctx, usb.Want{ID: id, Interfaces: []usb.Interface{want}})
	}
	return nil, fmt.Errorf("--transport %q: use serial, hid or usb", o.transport)
}

// wanted is the interface to listen to.
func (o options) wanted() (usb.Interface, error) {
	i := usb.Interface{Class: usb.ClassPrinter, SubClass: usb.Any, Protocol: usb.Any}
	if o.transport == "hid" {
		i.Class = usb.ClassHID
	}
	if o.page == "" {
		return i, nil
	}
	page, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(o.page), "0x"), 16, 16)
	if err != nil || o.transport != "hid" {
		return i, fmt.Errorf("--page %q: only --transport hid has usage pages, in hexadecimal: 8c is a scanner's, 8d a scale's", o.page)
	}
	i.Page = uint16(page)
	return i, nil
}

type serialLine struct{ *serialport.Port }

func (l serialLine) Read(_ context.Context, p []byte) (int, error) {
	if err := l.SetReadTimeout(20 * time.Millisecond); err != nil {
		return 0, err
	}
	return l.Port.Read(p)
}

func (l serialLine) Write(ctx context.Context, p []byte) (int, error) { return l.WriteContext(ctx, p) }

// listen writes down what comes until ctx ends; a device that was unplugged ends it, too, with what was heard.
func listen(ctx context.Context, d device, ask []byte) (devicetest.Tape, error) {
	var tape devicetest.Tape
	began := time.Now()
	next := began
	buf := make([]byte, 4096)
	for ctx.Err() == nil {
		if len(ask) > 0 && !time.Now().Before(next) {
			next = time.Now().Add(time.Second)
			if _, err := d.Write(ctx, ask); err != nil {
				return tape, err
			}
			tape.Add(time.Since(began), true, ask)
		}
		turn, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		n, err := d.Read(turn, buf)
		cancel()
		if n > 0 {
			tape.Add(time.Since(began), false, buf[:n])
		}
		if err != nil && !errors.Is(err, devices.ErrTimeout) && ctx.Err() == nil {
			return tape, err
		}
	}
	return tape, nil
}
