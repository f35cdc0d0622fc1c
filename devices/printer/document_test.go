//go:build unix

package printer_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"packbench/devices/devicetest"
	"packbench/devices/printer"
)

// taker is a printer that takes whatever comes.
func taker(t *testing.T) (address string, jobs <-chan []byte) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	got := make(chan []byte, 4)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			job, _ := io.ReadAll(conn)
			conn.Close()
			got <- job
		}
	}()
	return ln.Addr().String(), got
}

// A document goes to the queue that was named, whole, and never to the system's default.
func TestDocumentGoesToItsOwnQueue(t *testing.T) {
	devicetest.StartCUPS(t)
	office, atOffice := taker(t)
	usual, atUsual := taker(t)
	devicetest.RawQueue(t, "office", office)
	devicetest.RawQueue(t, "usual", usual)
	devicetest.CUPSTool(t, "lpadmin", "-d", "usual")
	document := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("0123456789\n"), 20_000)...)
	if err := printer.PrintDocument(t.Context(), "office", "Manifest -1", document); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-atOffice:
		if !bytes.Equal(got, document) {
			t.Errorf("%d bytes came out of %d", len(got), len(document))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was printed")
	}
	if err := printer.PrintDocument(t.Context(), "nobody", "x", document); err == nil || !strings.Contains(err.Error(), "no print queue nobody") {
		t.Errorf("a queue that is not there: %v", err)
	}
	if err := printer.PrintDocument(t.Context(), "", "x", document); err == nil {
		t.Error("no queue, and it was printed")
	}
	select {
	case <-atUsual:
		t.Error("the system's default queue was used")
	default:
	}
}
