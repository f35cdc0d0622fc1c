package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"packbench/cmd/sandbox/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// ready is the line that is printed when the shop can be called.
type ready struct {
	APIURL     string `json:"api_url"`
	AuthURL    string `json:"auth_url"`
	AdminURL   string `json:"admin_url"`
	AppKey     string `json:"app_key"`
	AppSecret  string `json:"app_secret"`
	AuthCode   string `json:"auth_code"`
	ShopCipher string `json:"shop_cipher"`
	ServiceID  string `json:"service_id"`
}

// run serves until ctx ends. It returns the exit code: 0 done, 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:0", "address to listen on; only this machine's own (loopback)")
	market := flags.String("market", "GB", "market of the shop, one of "+strings.Join(shop.Markets(), " ")+"; with commas: a shop in each")
	seed := flags.Uint64("seed", 1, "the same seed gives the same shop")
	speed := flags.Float64("speed", 1, "how much faster than the wall clock the shop's time runs")
	training := flags.Bool("training", false, "a shop of one order for each lesson; the admin page lists what to try")
	redirect := flags.String("redirect", "", "where the consent page leads; empty: it shows the code")
	reads := flags.Float64("rate", 50, "calls a second of one shop to one endpoint before 429")
	writes := flags.Float64("write-rate", 0, "the same for calls that change something; 0: as --rate")
	quota := flags.Int("hourly-quota", 0, "calls an hour before 429, as test shops have; 0: no limit")
	statusTime := flags.Bool("status-time", false, "update_time moves with the status only: not for a cancel request, a new address, a split")
	orders := flags.Int("orders", 60, "number of orders")
	boxes := flags.Int("boxes", 0, "so many platform-shipped orders are divided into two packages, where the market has packages before shipping")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "sandbox: %q is not expected: give flags only\n", flags.Arg(0))
		return 2
	}
	if *speed <= 0 || *orders <= 0 || *boxes < 0 {
		fmt.Fprintln(stderr, "sandbox: --speed and --orders must be more than 0, and --boxes not less")
		return 2
	}
	if err := checkLoopback(*addr); err != nil {
		fmt.Fprintln(stderr, "sandbox:", err)
		return 2
	}
	regions := strings.Split(*market, ",")
	s, err := shop.New(shop.Options{Market: regions[0], Also: regions[1:], Seed: *seed, Speed: *speed, Orders: *orders, Boxes: *boxes, Training: *training, RedirectURL: *redirect, RatePerSecond: *reads, WritesPerSecond: *writes, HourlyQuota: *quota, StatusTimeOnly: *statusTime,
		Logger: slog.New(slog.NewJSONHandler(stderr, nil))})
	if err != nil {
		fmt.Fprintln(stderr, "sandbox:", err)
		return 2
	}
	if err := serve(ctx, *addr, s, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "sandbox:", err)
		return 1
	}
	return 0
}

// checkLoopback refuses addresses that others could reach: the shop's secrets are printed and its admin pages have no
// password.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr %q: give host:port, for example 127.0.0.1:0", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %q can be reached by others: use 127.0.0.1, ::1 or localhost", addr)
	}
	return nil
}

// table is what goes into station.toml, for a person. The app secret is not written there: connecting keeps it.
func (r ready) table() string {
	return fmt.Sprintf("# station.toml of a bench that this shop is connected to:\n[shop]\napi_url = %q\nauth_url = %q\nauthorize_url = %q\napp_key = %q\nservice_id = %q\n\n"+
		"# Then, once:\n#   PACKBENCH_APP_SECRET=%s packbench shop connect --auth-code %s\n\n", r.APIURL, r.AuthURL, r.APIURL, r.AppKey, r.ServiceID, r.AppSecret, r.AuthCode)
}

// serve listens, prints the ready line, the same for a person on stderr, and blocks until ctx ends and the last answers are given.
func serve(ctx context.Context, addr string, s *shop.Server, stdout, stderr io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", addr, err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	hooks := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer func() {
		stop()
		<-hooks
	}()
	go func() { hooks <- s.Run(ctx) }()
	url := "http://" + listener.Addr().String()
	c := s.Credentials()
	r := ready{url, url, url + "/admin/", c.AppKey, c.AppSecret, c.AuthCode, c.ShopCipher, c.ServiceID}
	line, err := json.Marshal(r)
	if err == nil {
		_, err = io.WriteString(stderr, r.table())
	}
	if err == nil {
		_, err = fmt.Fprintf(stdout, "%s\n", line)
	}
	if err != nil {
		err = fmt.Errorf("printing the addresses: %w", err)
	} else {
		select {
		case <-ctx.Done():
		case err = <-done:
			return fmt.Errorf("serving on %s: %w", addr, err)
		}
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if server.Shutdown(stopping) != nil {
		_ = server.Close() // what is still open after three seconds is cut off
	}
	<-done
	return err
}
