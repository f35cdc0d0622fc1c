package storage

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// planOf is what SQLite says of how it runs a statement of queries/*.sql.
func planOf(t *testing.T, s *Store, name string) []string {
	t.Helper()
	text := ""
	for _, file := range []string{"orders", "bench", "handoff", "sync", "lists", "tracking"} {
		data, err := os.ReadFile("queries/" + file + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		text += string(data)
	}
	_, rest, found := strings.Cut(text, "-- name: "+name+" :")
	if !found {
		t.Fatalf("no statement %s", name)
	}
	_, rest, _ = strings.Cut(rest, "\n")
	statement, _, _ := strings.Cut(rest, ";")
	statement = regexp.MustCompile(`sqlc\.(arg|slice)\([\w']+\)`).ReplaceAllString(statement, "'1'")
	statement = regexp.MustCompile(`(LIMIT|OFFSET) '1'`).ReplaceAllString(strings.ReplaceAll(statement, "?", "'1'"), "$1 1")
	rows, err := s.r.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// The statements that run at a scan, for a print job or every few seconds never read a table that grows with the years.
func TestHotStatementsUseAnIndex(t *testing.T) {
	s := openTest(t, t.TempDir())
	for _, name := range []string{"Order", "OrderLines", "OrderPackages", "PackagesByID", "PackagesByTracking", "MeaningsOfCode", "RecordRung", "CombinedRow", "ChainHead", "IndexedEvents",
		"NextJob", "OpenManifests", "ManifestParcels", "DueOutbox", "NextOutbox", "Watched", "ToldOf", "AskedOf", "StrangeOutbox", "OutboxCounts", "OutboxKinds", "ShopOfOrder", "ToArrange", "ToFetch", "HazmatToFetch", "Proof", "BadProofs", "OpenOrders", "OnTheWay", "Tracking", "LostOrders"} {
		for _, step := range planOf(t, s, name) {
			if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX") && !strings.Contains(step, "subquery") && step != "SCAN CONSTANT ROW" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// A search reads through the orders with work left and the last closed ones; what was closed years ago is reached by an
// index only. The catalogue, which does not grow with the orders, may be read whole.
func TestSearchDoesNotReadTheYears(t *testing.T) {
	s := openTest(t, t.TempDir())
	for name, wants := range map[string][]string{
		"SearchInOpen":   {"SCAN o USING INDEX orders_open", "SEARCH p USING PRIMARY KEY (order_id=?)", "SEARCH l USING PRIMARY KEY (order_id=?)"},
		"SearchInClosed": {"SEARCH o USING INDEX orders_closed", "SEARCH p USING PRIMARY KEY (order_id=?)", "SEARCH l USING PRIMARY KEY (order_id=?)"},
		"ClosedSince":    {"SEARCH orders USING COVERING INDEX orders_closed"},
		"SearchOrders":   {"SEARCH a USING COVERING INDEX", "SEARCH p USING COVERING INDEX", "SEARCH q USING COVERING INDEX", "SEARCH l USING COVERING INDEX"},
	} {
		plan := planOf(t, s, name)
		for _, want := range wants {
			if !slices.ContainsFunc(plan, func(step string) bool { return strings.HasPrefix(step, want) }) {
				t.Errorf("%s: no %q in\n%s", name, want, strings.Join(plan, "\n"))
			}
		}
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX") && !strings.Contains(step, "subquery") && step != "SCAN CONSTANT ROW" && step != "SCAN c" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// After a day offline thousands of rows wait, of which the next few are read every few seconds: in order, and no more than those.
func TestDueRowsAreReadInOrder(t *testing.T) {
	s := openTest(t, t.TempDir())
	plan := planOf(t, s, "DueOutbox")
	if !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "INDEX outbox_due") }) ||
		slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") }) {
		t.Errorf("sorted anew each time:\n%s", strings.Join(plan, "\n"))
	}
}
