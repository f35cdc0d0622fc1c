//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/devices/devicetest"
)

// officePrinter takes the documents of the queue "office".
func officePrinter(t *testing.T) chan []byte {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	jobs := make(chan []byte, 10)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			job, _ := io.ReadAll(conn)
			conn.Close()
			jobs <- job
		}
	}()
	devicetest.RawQueue(t, "office", ln.Addr().String())
	return jobs
}

// Slips are written from what the station knows, and printed on the document printer alone.
func TestSlipIsWrittenAndPrinted(t *testing.T) {
	devicetest.StartCUPS(t)
	job := officePrinter(t)
	s := newStation(t, "", "[[printer]]\nrole = \"document\"\ntransport = \"spooler\"\nqueue = \"office\"\n")
	orders := filepath.Join(s.files, "orders.csv")
	s.write(t, orders, "order_id,seller_sku,name,quantity,carrier\nA-100,MUG,Mug ที่,2,Sample Post\nA-100,TOWEL,Towel,1,Sample Post\nA-200,MUG,Mug,1,Sample Post\n")
	s.run(t, "orders", "import", orders)
	file := filepath.Join(s.files, "slips.pdf")
	s.run(t, "slip", "A-100", "A-200", "--out", file, "--print")
	written, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(written, []byte("%PDF-")) {
		t.Fatal(err)
	}
	select {
	case got := <-job:
		if !bytes.Equal(got, written) {
			t.Errorf("%d bytes were printed, %d written", len(got), len(written))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was printed")
	}
	s.run(t, "sheet", "--out", filepath.Join(s.files, "sheet.pdf"))
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"slip", "A-100"}, 2, "--print prints it"},
		{[]string{"slip"}, 2, "usage: packbench slip"},
		{[]string{"slip", "A-300", "--out", file}, 1, "no order A-300"},
	} {
		said, err := s.command(t, tt.args...).CombinedOutput()
		if exitCode(t, err) != tt.code || !strings.Contains(string(said), tt.says) {
			t.Errorf("%v: %v %s", tt.args, err, said)
		}
	}
	bare := newStation(t, "", "")
	if said, err := bare.command(t, "sheet", "--print").CombinedOutput(); exitCode(t, err) != 1 || !strings.Contains(string(said), "no document printer is set up") {
		t.Errorf("without a document printer: %s", said)
	}
}

func TestDocumentPrinterIsAQueue(t *testing.T) {
	for text, want := range map[string]string{
		"transport = \"spooler\"\nqueue = \"office\"\n":          "",
		"transport = \"network\"\naddress = \"10.0.0.5:9100\"\n": "through the system's print service only",
		"transport = \"spooler\"\n":                              "not the name of a print queue",
		"transport = \"spooler\"\nqueue = \"a\"\n[[printer]]\nrole = \"document\"\ntransport = \"spooler\"\nqueue = \"b\"\n": "a document printer already",
	} {
		cfg, err := parseConfig("station.toml", []byte("[[printer]]\nrole = \"document\"\n"+text))
		switch {
		case want == "" && (err != nil || cfg.documentPrinter() == nil || cfg.policy().HasPrinter):
			t.Errorf("%s: %v; it must not count as a label printer", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v", text, err)
		}
	}
}
