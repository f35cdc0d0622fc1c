package storage

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The statements that run at a scan, for a print job or every few seconds never read a table that grows with the years.
func TestHotStatementsUseAnIndex(t *testing.T) {
	s := openTest(t, t.TempDir())
	hot := []string{"Order", "OrderLines", "OrderPackages", "PackagesByID", "PackagesByTracking", "SKUsOfCode", "ChainHead", "IndexedEvents", "NextJob",
		"OpenManifests", "ManifestParcels", "DueOutbox", "NextOutbox", "Watched", "ToArrange", "ToFetch", "Proof", "OpenOrders"}
	text := ""
	for _, file := range []string{"orders", "bench", "handoff", "sync", "lists"} {
		data, err := os.ReadFile("queries/" + file + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		text += string(data)
	}
	arg := regexp.MustCompile(`sqlc\.arg\(\w+\)`)
	for _, name := range hot {
		_, rest, found := strings.Cut(text, "-- name: "+name+" :")
		if !found {
			t.Fatalf("no statement %s", name)
		}
		_, rest, _ = strings.Cut(rest, "\n")
		statement, _, _ := strings.Cut(rest, ";")
		statement = strings.ReplaceAll(arg.ReplaceAllString(statement, "'1'"), "?", "'1'")
		rows, err := s.r.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+strings.ReplaceAll(statement, "LIMIT '1'", "LIMIT 1"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX") && !strings.Contains(step, "subquery") {
				t.Errorf("%s: %s", name, step)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
