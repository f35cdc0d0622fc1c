package syncer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"packbench/cmd/sandbox/shop"
	"packbench/fulfillment"
	"packbench/fulfillment/sellercenter"
	"packbench/fulfillment/syncer"
)

// shapes are what a value is replaced with; "missing" takes it away.
var shapes = map[string]string{"missing": "", "null": `null`, "number": `7`, "word": `"NEW_WORD"`, "empty": `""`, "flag": `true`, "list": `[]`, "object": `{}`,
	"huge number": `1e400`, "negative": `-1`, "huge text": `"` + strings.Repeat("x", 9_000) + `"`}

// reads are the answers that are spoiled: path prefix, method.
var reads = []struct{ name, method, path string }{
	{"search", http.MethodPost, "/order/202309/orders/search"},
	{"detail", http.MethodGet, "/order/202309/orders"},
	{"package", http.MethodGet, "/fulfillment/202309/packages/"},
	{"cancellations", http.MethodPost, "/return_refund/202309/cancellations/search"},
}

// spoiler spoils one part of the answers to one read, and lets no write through: whatever is done then is claimed.
type spoiler struct {
	base http.RoundTripper
	mu   sync.Mutex
	read string                     // a name of reads; empty: none
	path string                     // in data, with * for each element
	with string                     // its JSON; empty: missing
	seen map[string]map[string]bool // paths of answers, by read
}

func readOf(r *http.Request) string {
	for _, x := range reads {
		if r.Method == x.method && (r.URL.Path == x.path || strings.HasSuffix(x.path, "/") && strings.HasPrefix(r.URL.Path, x.path)) {
			return x.name
		}
	}
	return ""
}

func (s *spoiler) RoundTrip(r *http.Request) (*http.Response, error) {
	name := readOf(r)
	if name == "" && r.Method == http.MethodPost { // "the order is on hold": nothing was done
		return jsonAnswer(r, []byte(`{"code":21011044,"message":"not now","request_id":"x"}`)), nil
	}
	resp, err := s.base.RoundTrip(r)
	if err != nil || name == "" {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var v map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[name] == nil {
		s.seen[name] = map[string]bool{}
	}
	note(v["data"], "", s.seen[name])
	if name == "detail" && s.read == "package" { // else nobody reads packages
		for _, p := range []string{"orders.*.tracking_number", "orders.*.line_items.*.tracking_number"} {
			v["data"] = spoilAt(v["data"], strings.Split(p, "."), true)
		}
	}
	if name == s.read {
		v["data"] = spoilAt(v["data"], strings.Split(s.path, "."), s.with == "")
	}
	if body, err = json.Marshal(v); err != nil {
		return nil, err
	}
	out := jsonAnswer(r, bytes.ReplaceAll(body, []byte(`"`+spoilMark+`"`), []byte(s.with)))
	out.Header.Set("Date", resp.Header.Get("Date"))
	return out, nil
}

func jsonAnswer(r *http.Request, body []byte) *http.Response {
	return &http.Response{StatusCode: 200, Request: r, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body))}
}

const spoilMark = "spoil-here"

// note collects the paths of a decoded answer; elements of a list are one.
func note(v any, path string, into map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			p := strings.TrimPrefix(path+"."+k, ".")
			into[p] = true
			note(e, p, into)
		}
	case []any:
		for _, e := range x {
			note(e, strings.TrimPrefix(path+".*", "."), into)
		}
	}
}

// spoilAt replaces every value at the path by the mark, or takes it away.
func spoilAt(v any, path []string, drop bool) any {
	switch x := v.(type) {
	case map[string]any:
		e, has := x[path[0]]
		switch {
		case !has:
		case len(path) == 1 && drop:
			delete(x, path[0])
		case len(path) == 1:
			x[path[0]] = spoilMark
		default:
			x[path[0]] = spoilAt(e, path[1:], drop)
		}
	case []any:
		for i, e := range x {
			if len(path) > 1 {
				x[i] = spoilAt(e, path[1:], drop)
			}
		}
	}
	return v
}

// spoiledFloor is a shop as the station knows it, with parcels on several rungs and rows of every kind that wait.
func spoiledFloor(t *testing.T, market string) (*floor, *spoiler) {
	t.Helper()
	sp := &spoiler{base: http.DefaultTransport, seen: map[string]map[string]bool{}}
	f := newFloorWith(t, market, setup{shop: shop.Options{Orders: 9, RatePerSecond: 1e6}, perSecond: 1e6, change: func(o *syncer.Options) { o.Policy = "at_pack" }})
	if _, err := f.sync.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := &matrix{floor: f, call: writeCall{kind: fulfillment.OutboxReject}}
	f.report()
	m.addArranges()
	list, err := f.store.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range list {
		if r.Kind == fulfillment.OutboxArrange && i%2 == 0 {
			a := sellercenter.NewAdapter(f.client, f.cipher, f.market)
			if _, err := a.Send(t.Context(), r, f.order(r.OrderID)); err != nil { // the platform has done it, and nobody heard
				t.Fatal(err)
			}
		}
		if p := f.order(r.OrderID).Packages[0]; i%3 > 0 {
			f.begun(p, []fulfillment.Rung{fulfillment.RungVerified, fulfillment.RungApplied}[i%2])
		}
	}
	m.addAnswers()
	o := f.options(f.newClient(sp, f.tokens, 1e6))
	o.Policy = "at_pack"
	if f.sync, err = syncer.New(o); err != nil {
		t.Fatal(err)
	}
	return f, sp
}

// rungs are the rungs of all packages, by order and package.
func (f *floor) rungs() map[string]fulfillment.Rung {
	f.t.Helper()
	out := map[string]fulfillment.Rung{}
	for _, s := range f.shop.State().Orders {
		o, err := f.store.Order(f.t.Context(), fulfillment.OrderID(s.ID))
		if err != nil {
			f.t.Fatal(err)
		}
		for _, p := range o.Packages {
			out[s.ID+"/"+string(p.ID)] = p.Rung
		}
	}
	return out
}

// again puts every row back into the queue, so that each answer is judged anew, and returns those that are not done.
func (f *floor) again() (ids []string) {
	f.t.Helper()
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for i, r := range rows {
		ids = append(ids, r.ID)
		if r.State = fulfillment.OutboxQueued; i%2 == 0 {
			r.State = fulfillment.OutboxUncertain // its call may have had its effect: a lie about it would end the row
		}
		r.NextAt, r.Attempts = r.CreatedAt, 1
		if err := f.store.Mark(f.t.Context(), r, nil); err != nil {
			f.t.Fatal(err)
		}
	}
	return ids
}

// TestSpoiledAnswersClaimNothing: every part of the answers to the four reads missing, null, of another type, huge or of an
// unknown word, all the way from the client through the syncer to the disk. Nothing panics, no parcel climbs, and no row is done that
// was not done with the good answers. A run takes a part of the cases; PACKBENCH_MATRIX=full takes all.
func TestSpoiledAnswersClaimNothing(t *testing.T) {
	for _, market := range []string{"GB", "VN"} {
		t.Run(market, func(t *testing.T) {
			t.Parallel()
			f, sp := spoiledFloor(t, market)
			for _, read := range []string{"", "package"} { // what is true already ends now; the rest would be claimed
				f.again()
				sp.read, sp.path = read, "nothing.at all"
				if _, err := f.sync.Once(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, r := range reads {
				if r.name != "package" && len(sp.seen[r.name]) < 8 || len(sp.seen[r.name]) == 0 {
					t.Fatalf("the answers of %s have %d parts: this test proves little", r.name, len(sp.seen[r.name]))
				}
			}
			n, cases := 0, 0
			for _, r := range reads {
				for _, path := range slices.Sorted(maps.Keys(sp.seen[r.name])) {
					for _, shape := range slices.Sorted(maps.Keys(shapes)) {
						every := 97
						if decisive(path) {
							every = 7
						}
						if n++; !fullMatrix() && n%every != 0 {
							continue
						}
						cases++
						f.spoiled(sp, r.name, path, shape)
					}
				}
			}
			t.Log(strconv.Itoa(cases) + " of " + strconv.Itoa(n) + " cases")
		})
	}
}

// decisive reports whether the part says that something was done; those come in every run.
func decisive(path string) bool {
	return strings.HasSuffix(path, "status") || strings.HasSuffix(path, "tracking_number") || strings.HasSuffix(path, "package_id")
}

// spoiled makes one round with one part of one read's answers spoiled, and one without.
func (f *floor) spoiled(sp *spoiler, read, path, shape string) {
	f.t.Helper()
	what := fmt.Sprintf("%s: %s as %s", read, path, shape)
	before, open := f.rungs(), f.again()
	sp.mu.Lock()
	sp.read, sp.path, sp.with = read, path, shapes[shape]
	sp.mu.Unlock()
	_, _ = f.sync.Once(f.t.Context()) // that it cannot be read may be said
	for id, rung := range f.rungs() {
		if rung.Height() > before[id].Height() {
			f.t.Errorf("%s: package %s climbed from %q to %q", what, id, before[id], rung)
		}
	}
	rows, err := f.store.Outbox(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for _, id := range open {
		if !slices.ContainsFunc(rows, func(r fulfillment.OutboxRow) bool { return r.ID == id }) {
			f.t.Errorf("%s: row %s is done", what, id)
		}
	}
	sp.mu.Lock()
	sp.read = ""
	sp.mu.Unlock()
	_, _ = f.sync.Once(f.t.Context())
}
