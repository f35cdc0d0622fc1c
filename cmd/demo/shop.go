package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"packbench/fulfillment"
)

// access is the line that the sandbox prints when it is ready.
type access struct {
	APIURL     string `json:"api_url"`
	AuthURL    string `json:"auth_url"`
	AdminURL   string `json:"admin_url"`
	AppKey     string `json:"app_key"`
	AppSecret  string `json:"app_secret"`
	AuthCode   string `json:"auth_code"`
	ShopCipher string `json:"shop_cipher"`
}

// shop is the running sandbox, seen from its admin side.
type shop struct {
	access
	proc *process
	http http.Client
}

// startShop starts the sandbox and waits for its line.
func startShop(ctx context.Context, o options, program, logFile string) (*shop, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	defer out.Close()
	proc, err := startProcess(logFile, nil, in, program, "--market", o.market, "--orders", strconv.Itoa(o.orders),
		"--seed", strconv.FormatUint(o.seed, 10), "--speed", strconv.FormatFloat(o.speed, 'g', -1, 64), "--boxes", strconv.Itoa(o.boxes))
	_ = in.Close()
	if err != nil {
		return nil, err
	}
	s := &shop{proc: proc, http: http.Client{Timeout: 20 * time.Second}}
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &s.access)
		}
		ready <- err
	}()
	select {
	case err = <-ready:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(30 * time.Second):
		err = fmt.Errorf("it printed nothing for 30 s")
	}
	if err != nil || s.AdminURL == "" {
		_ = proc.stop(time.Second)
		return nil, fmt.Errorf("the sandbox did not get ready: %w; see %s", err, logFile)
	}
	return s, nil
}

// state is GET /admin/state, as far as it is needed here.
type state struct {
	Orders []orderState `json:"orders"`
	Counts counts       `json:"counts"`
}

type counts struct {
	Shipped               int `json:"shipped"`
	DuplicateAttempts     int `json:"duplicate_attempts"`
	ShipCancelledAttempts int `json:"ship_cancelled_attempts"`
	ShippedCancelled      int `json:"shipped_cancelled"`
}

type orderState struct {
	ID              string      `json:"id"`
	Status          string      `json:"status"`
	ShippingType    string      `json:"shipping_type"`
	MayShip         bool        `json:"may_ship"`
	WhyNot          string      `json:"why_not"`
	Trap            string      `json:"trap"`
	CancelRequested bool        `json:"cancel_requested"`
	Shipped         bool        `json:"shipped"`
	ShippedCalls    int         `json:"shipped_calls"`
	Carrier         string      `json:"carrier"`
	Tracking        string      `json:"tracking"`
	LabelBarcode    string      `json:"label_barcode"`
	Lines           []lineState `json:"lines"`
	Packages        []boxState  `json:"packages"`
}

// boxState is one package of the platform.
type boxState struct {
	ID       string      `json:"id"`
	Tracking string      `json:"tracking"`
	Lines    []lineState `json:"lines"`
}

type lineState struct {
	SKU      string   `json:"sku"`
	Barcodes []string `json:"barcodes"`
	Name     string   `json:"name"`
	Qty      int      `json:"qty"`
	Bundle   string   `json:"bundle"`
}

// labelTrap: the label that exists is not one the parcel may leave with.
func (o orderState) labelTrap() bool { return o.Tracking != "" && o.LabelBarcode != o.Tracking }

// goes tells whether the order's parcel is to leave the house: it may be shipped, or it was arranged ahead and waits for
// its carrier. A label trap goes nowhere.
func (o orderState) goes() bool {
	arranged := o.Shipped && o.Status == string(fulfillment.StatusAwaitingCollection)
	return (o.MayShip || arranged) && !o.labelTrap() && !o.CancelRequested
}

func (s state) order(id string) orderState {
	for _, o := range s.Orders {
		if o.ID == id {
			return o
		}
	}
	return orderState{}
}

// call is one request to the admin side; body and answer may be nil.
func (s *shop) call(ctx context.Context, method, path string, body, answer any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(b)
	}
	b, err := s.fetch(ctx, method, path, in)
	if err != nil {
		return err
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return fmt.Errorf("answer of the sandbox's %s: %w", path, err)
	}
	return nil
}

func (s *shop) fetch(ctx context.Context, method, path string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.AdminURL, "/")+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking the sandbox: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("asking the sandbox for %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the sandbox answered %s with %s: %s", path, resp.Status, bytes.TrimSpace(b))
	}
	return b, nil
}

func (s *shop) state(ctx context.Context) (state, error) {
	var st state
	err := s.call(ctx, http.MethodGet, "/state", nil, &st)
	return st, err
}

func (s *shop) fault(ctx context.Context, kind, endpoint string, count int) error {
	body := map[string]any{"kind": kind, "endpoint": endpoint}
	if count > 0 {
		body["count"] = count
	}
	return s.call(ctx, http.MethodPost, "/fault", body, nil)
}

func (s *shop) online(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/online", nil, nil)
}

func (s *shop) cancel(ctx context.Context, order string) error {
	return s.call(ctx, http.MethodPost, "/orders/"+order+"/cancel", nil, nil)
}

// save fetches a file of the admin side to dir and returns its path.
func (s *shop) save(ctx context.Context, dir, name string) (string, error) {
	b, err := s.fetch(ctx, http.MethodGet, "/"+name, nil)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, b, 0o600)
}

// saveLabels fetches the list of labels that the seller bought elsewhere, and the labels beside it.
func (s *shop) saveLabels(ctx context.Context, dir string) (list string, labels int, err error) {
	list, err = s.save(ctx, dir, "labels.csv")
	if err != nil {
		return "", 0, err
	}
	rows, err := readCSV(list)
	if err != nil {
		return "", 0, err
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if f := r["label_file"]; f != "" && !seen[f] {
			seen[f] = true
			if _, err := s.save(ctx, dir, f); err != nil {
				return "", 0, err
			}
		}
	}
	return list, len(seen), nil
}

// weights are the grams of a unit of each SKU, from products.csv.
func weights(list string) (map[string]int, error) {
	rows, err := readCSV(list)
	if err != nil {
		return nil, err
	}
	grams := map[string]int{}
	for _, r := range rows {
		if g, err := strconv.Atoi(r["weight_g"]); err == nil {
			grams[r["seller_sku"]] = g
		}
	}
	return grams, nil
}

func readCSV(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []map[string]string
	for _, row := range rows[min(1, len(rows)):] {
		r := map[string]string{}
		for i, v := range row {
			r[rows[0][i]] = v
		}
		all = append(all, r)
	}
	return all, nil
}
