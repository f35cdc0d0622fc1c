package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const benchOutput = `goos: linux
goarch: amd64
pkg: packbench/storage
BenchmarkCommit-2            	    3000	    410000 ns/op	         0.38 p50-ms	         0.91 p99-ms	         1.07 fdatasync-ratio	         1.6 fdatasync-limit
BenchmarkRaster/4x6-2        	     100	  12500000 ns/op	         1.9 poppler-ratio	         1.5 poppler-limit	  2048 B/op	       3 allocs/op
BenchmarkTwo-2               	     100	       850 ns/op	         1 a-ratio	         1 a-limit	         2 b-ratio
BenchmarkPlain               	1000000000	         0.25 ns/op
BenchmarkBroken-2            	--- FAIL: BenchmarkBroken
PASS
ok  	packbench/storage	4.2s
`

func TestParseBench(t *testing.T) {
	rows := parseBench("./storage", benchOutput)
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join([]string{r.name, r.perOp, r.p50, r.p99, r.metric, r.verdict()}, "|"))
	}
	want := []string{
		"Commit|410 µs|0.38 ms|0.91 ms|fdatasync|ok",
		"Raster/4x6|12.5 ms|||poppler|over",
		"Two|850 ns|||a|ok",
		"Two|850 ns|||b|-",
		"Plain|0.25 ns||||-",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := benchVerdict(rows, nil); err == nil || !strings.Contains(err.Error(), "1 of 5") {
		t.Errorf("got %v, want one figure over its limit", err)
	}
	if err := benchVerdict(rows[:1], nil); err != nil {
		t.Errorf("got %v, want ok", err)
	}
	if err := benchVerdict(rows[:1], []string{"./ui"}); err == nil {
		t.Error("a package failed: got no error")
	}
	if err := benchVerdict(nil, nil); err == nil {
		t.Error("no figures: got no error")
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	writeTable(&out, parseBench("./storage", benchOutput))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 || !strings.HasSuffix(lines[1], "1.07   1.6    ok") {
		t.Errorf("got\n%s", out.String())
	}
}

// TestReportedMetricsAreRead feeds the parser with what the testing package itself prints.
func TestReportedMetricsAreRead(t *testing.T) {
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_ = strings.Repeat("x", 10)
		}
		b.ReportMetric(1.25, "peer-ratio")
		b.ReportMetric(1.2, "peer-limit")
		b.ReportMetric(0.5, "p50-ms")
	})
	rows := parseBench("./x", "BenchmarkX-2\t"+result.String()+"\n")
	if len(rows) != 1 || rows[0].ratio != 1.25 || rows[0].limit != 1.2 || rows[0].verdict() != "over" || rows[0].p50 != "0.5000 ms" {
		t.Errorf("got %+v from %q", rows, result.String())
	}
}

func TestBenchPackages(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"a/x_test.go":          "package a\nfunc BenchmarkX(b *testing.B) {}\n",
		"a/y_test.go":          "package a\nfunc BenchmarkY(b *testing.B) {}\n",
		"b/c/x_test.go":        "package c\nfunc Benchmarkish() {}\n// func BenchmarkX(\n",
		"d/testdata/x_test.go": "package d\nfunc BenchmarkX(b *testing.B) {}\n",
		"e/x.go":               "package e\nfunc BenchmarkX(b *testing.B) {}\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := benchPackages(root)
	if err != nil || !slices.Equal(got, []string{"./a"}) {
		t.Errorf("got %v, %v, want only ./a", got, err)
	}
}
