package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Exit codes of the contract.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	stop := listen(cancel, os.Stderr, os.Exit)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	cancel()
	os.Exit(code)
}

// call is one invocation of a subcommand.
type call struct {
	in       io.Reader
	out, err io.Writer
	dir      string            // the data folder
	config   string            // station.toml
	named    bool              // the configuration was asked for by name
	args     []string          // what stands after the subcommand's words, without flags
	flags    map[string]string // without the dashes; a switch that is set is "true"
}

// command is one line of the contract.
type command struct {
	words   string // "orders import"
	args    string // for the usage text
	nargs   int
	flags   []string // flags with a value
	switchs []string // flags without
	does    string
	run     func(context.Context, *call) error
}

// usageError is wrong usage: exit code 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func run(ctx context.Context, argv []string, out, errw io.Writer) int {
	out, errw = cleanWriter{out}, cleanWriter{errw}
	err := dispatch(ctx, argv, out, errw)
	var usage *usageError
	var config *configError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage), errors.As(err, &config):
		fmt.Fprintln(errw, "packbench:", oneLine(err.Error()))
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(errw, "packbench: ended by a signal before it was done; what was recorded until then is safe")
		return exitFailed
	}
	fmt.Fprintln(errw, "packbench:", plain(err))
	return exitFailed
}

func dispatch(ctx context.Context, argv []string, out, errw io.Writer) error {
	if len(argv) > 0 && (argv[0] == "help" || slices.Contains(argv, "--help") || slices.Contains(argv, "-h")) {
		printUsage(out)
		return nil
	}
	cmd, rest := findCommand(argv)
	if cmd == nil {
		return &usageError{fmt.Sprintf("there is no command %q; `packbench help` lists them", strings.Join(argv, " "))}
	}
	if cmd.words == "" && len(argv) > 0 {
		if named := named(argv); named != "" {
			return &usageError{fmt.Sprintf("flags come after the command: packbench %s … --data DIR", named)}
		}
	}
	c := &call{in: os.Stdin, out: out, err: errw, flags: map[string]string{}}
	if err := c.parse(cmd, rest); err != nil {
		return err
	}
	if err := c.place(); err != nil {
		return err
	}
	if cmd.words == "" { // the window needs the goroutine on which the program began
		return cmd.run(ctx, c)
	}
	return runToEnd(ctx, func() error { return cmd.run(ctx, c) }, commandEnds)
}

// findCommand matches the leading words; two words go before one. Without words it is the window.
func findCommand(argv []string) (*command, []string) {
	all := commands()
	if len(argv) == 0 || strings.HasPrefix(argv[0], "-") {
		return &all[0], argv
	}
	for n := 2; n >= 1; n-- {
		if len(argv) < n {
			continue
		}
		words := strings.Join(argv[:n], " ")
		for i := range all {
			if all[i].words == words {
				return &all[i], argv[n:]
			}
		}
	}
	return nil, nil
}

// named is the command that stands behind flags in argv; empty where there is none.
func named(argv []string) string {
	for i := range argv {
		if strings.HasPrefix(argv[i], "-") || i == 0 {
			continue
		}
		if cmd, _ := findCommand(argv[i:]); cmd != nil && cmd.words != "" && !takesValue(argv[i-1]) {
			return cmd.words
		}
	}
	return ""
}

// takesValue reports whether what follows the flag is its value.
func takesValue(flag string) bool { return flag == "--data" || flag == "--config" }

// parse reads GNU-like flags (--name value, --name=value) anywhere between the arguments.
func (c *call) parse(cmd *command, argv []string) error {
	valued := append([]string{"data", "config"}, cmd.flags...)
	for i := 0; i < len(argv); i++ {
		a := argv[i]
		if a == "--" {
			c.args = append(c.args, argv[i+1:]...)
			break
		}
		if !strings.HasPrefix(a, "--") {
			c.args = append(c.args, a)
			continue
		}
		name, value, has := strings.Cut(a[2:], "=")
		switch {
		case slices.Contains(cmd.switchs, name) && !has:
			value = "true"
		case !slices.Contains(valued, name):
			return &usageError{fmt.Sprintf("%s has no flag --%s", title(cmd), name)}
		case !has && i+1 >= len(argv):
			return &usageError{fmt.Sprintf("--%s needs a value", name)}
		case !has:
			i++
			value = argv[i]
		}
		c.flags[name] = value
	}
	if len(c.args) != cmd.nargs && cmd.nargs >= 0 {
		return &usageError{fmt.Sprintf("usage: packbench %s %s", cmd.words, cmd.args)}
	}
	return nil
}

func title(cmd *command) string { return strings.TrimSpace("packbench " + cmd.words) }

// place settles data folder and configuration file.
func (c *call) place() error {
	c.dir = c.flags["data"]
	if c.dir == "" {
		dir, err := defaultDataDir()
		if err != nil {
			return err
		}
		c.dir = dir
	}
	c.config, c.named = c.flags["config"], c.flags["config"] != ""
	if !c.named {
		c.config = filepath.Join(c.dir, "station.toml")
	}
	return nil
}

func printUsage(w io.Writer) {
	fmt.Fprintln(w, "Packbench packs TikTok Shop orders: scan, verify, weigh, label, hand over, report.\n\nusage:")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  packbench %-52s %s\n", strings.TrimSpace(cmd.words+" "+cmd.args), cmd.does)
	}
	fmt.Fprintln(w, "\nAll take --data DIR (default: the system's folder for application data) and --config FILE (default: DIR/station.toml).\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.")
}

// commands are the contract's, the window first.
func commands() []command {
	return []command{
		{words: "", args: "", does: "opens the station's window", run: runWindow},
		{words: "sync", args: "--once", switchs: []string{"once"}, does: "one pull and one push without a window", run: runSync},
		{words: "shop connect", args: "[--auth-code CODE|-] [--shop ID,…|all] [--market XX]", flags: []string{"auth-code", "shop", "market"}, does: "connects shops by a link, or by a code (- reads it from stdin)", run: runShopConnect},
		{words: "shop list", args: "", does: "the connected shops, JSON lines", run: runShopList},
		{words: "shop disconnect", args: "--shop ID", flags: []string{"shop"}, does: "forgets a shop and its tokens", run: runShopDisconnect},
		{words: "orders import", args: "FILE.csv", nargs: 1, does: "orders, tracking numbers and labels from a file", run: runOrdersImport},
		{words: "orders export", args: "FILE.csv", nargs: 1, does: "what was packed, as a file", run: runOrdersExport},
		{words: "products import", args: "FILE.csv", nargs: 1, does: "item barcodes, weights, handling", run: runProductsImport},
		{words: "order", args: "ID", nargs: 1, does: "one order as JSON", run: runOrder},
		{words: "manifest list", args: "", does: "sealed and open manifests, JSON lines", run: runManifestList},
		{words: "manifest", args: "ID [--out FILE.pdf] [--print]", nargs: 1, flags: []string{"out"}, switchs: []string{"print"}, does: "the manifest as a document", run: runManifest},
		{words: "evidence export", args: "ORDER --out FILE.zip", nargs: 1, flags: []string{"out"}, does: "a claim packet", run: runEvidenceExport},
		{words: "evidence verify", args: "FILE.zip [--key FINGERPRINT] | --all", nargs: -1, flags: []string{"key"}, switchs: []string{"all"}, does: "checks a packet, or the whole chain", run: runEvidenceVerify},
		{words: "label", args: "FILE [--dpi 203] [--tracking T] [--password -] --out FILE.zpl|.png", nargs: 1, flags: []string{"dpi", "tracking", "out", "width-mm", "height-mm", "password"}, does: "any label to what would be printed", run: runLabel},
		{words: "sellerlabel", args: "[--order ID] [FILE.toml] [--out FILE.zpl|.png|.pdf] [--store]", nargs: -1, flags: []string{"order", "package", "out", "tracking", "carrier", "language", "dpi", "width-mm", "height-mm"}, switchs: []string{"store"}, does: "a label of the seller's own, for a carrier that gives none", run: runSellerLabel},
		{words: "hazmat", args: "ORDER [--out FILE.pdf] [--print]", nargs: 1, flags: []string{"out"}, switchs: []string{"print"}, does: "the platform's dangerous goods sheets that go on the order's parcels", run: runHazmat},
		{words: "slip", args: "ORDER… [--out FILE.pdf] [--print]", nargs: -1, flags: []string{"out"}, switchs: []string{"print"}, does: "pick and pack slips with the orders' barcodes", run: runSlip},
		{words: "sheet", args: "[--out FILE.pdf] [--print]", flags: []string{"out"}, switchs: []string{"print"}, does: "the sheet of command barcodes", run: runSheet},
		{words: "outbox", args: "", does: "what the Seller Center has not been told, JSON lines", run: runOutbox},
		{words: "devices", args: "[--json]", switchs: []string{"json"}, does: "what is plugged in, bound, and how it feels", run: runDevices},
		{words: "udev", args: "[VENDOR:PRODUCT …] [--out FILE]", nargs: -1, flags: []string{"out"}, does: "lets this computer's users use the devices (Linux, with sudo)", run: runUdev},
		{words: "backup", args: "FILE", nargs: 1, does: "a verified copy, taken while the bench works", run: runBackup},
		{words: "restore", args: "FILE", nargs: 1, does: "puts a backup in place and keeps what it replaces", run: runRestore},
		{words: "doctor", args: "", does: "checks everything: ok, warn or fail, and what to do", run: runDoctor},
		{words: "version", args: "", does: "version, commit, SQLite and schema version", run: runVersion},
	}
}
