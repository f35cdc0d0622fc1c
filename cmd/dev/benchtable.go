package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one figure of a benchmark. A benchmark reports, in one line, any metrics it likes (testing.B.ReportMetric); the
// convention of this repository:
//
//   - units beginning with p50 or p99 (p50-ms, p99-ns) are shown in the columns of that name;
//   - a unit NAME-ratio is a figure with a limit: our time by that of a peer measured in the same run;
//   - the unit NAME-limit in the same line is the most that NAME-ratio may be.
//
// A line with several ratios gives several rows; a line without any gives one row without a verdict.
type row struct {
	pkg, name string
	perOp     string
	p50, p99  string
	metric    string // name of the ratio; empty if there is none
	ratio     float64
	limit     float64
	hasLimit  bool
}

// verdict is "ok", "over", or "-" where nothing was promised.
func (r row) verdict() string {
	switch {
	case r.metric == "" || !r.hasLimit:
		return "-"
	case r.ratio <= r.limit: // also false for NaN
		return "ok"
	}
	return "over"
}

// parseBench reads the output of go test -bench. Lines that are not results are passed over.
func parseBench(pkg, out string) []row {
	var rows []row
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		if _, err := strconv.ParseInt(fields[1], 10, 64); err != nil {
			continue
		}
		rows = append(rows, benchLine(pkg, fields[0], fields[2:])...)
	}
	return rows
}

// benchLine reads pairs of value and unit.
func benchLine(pkg, name string, pairs []string) []row {
	base := row{pkg: pkg, name: benchName(name)}
	type figure struct {
		name  string
		value float64
	}
	var ratios []figure
	limits := map[string]float64{}
	for i := 0; i+1 < len(pairs); i += 2 {
		value, unit := pairs[i], pairs[i+1]
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch {
		case unit == "ns/op":
			base.perOp = duration(v)
		case strings.HasSuffix(unit, "-ratio"):
			ratios = append(ratios, figure{strings.TrimSuffix(unit, "-ratio"), v})
		case strings.HasSuffix(unit, "-limit"):
			limits[strings.TrimSuffix(unit, "-limit")] = v
		case strings.HasPrefix(unit, "p50"):
			base.p50 = withUnit(value, unit)
		case strings.HasPrefix(unit, "p99"):
			base.p99 = withUnit(value, unit)
		}
	}
	if len(ratios) == 0 {
		return []row{base}
	}
	var rows []row
	for _, f := range ratios {
		r := base
		r.metric, r.ratio = f.name, f.value
		r.limit, r.hasLimit = limits[f.name]
		rows = append(rows, r)
	}
	return rows
}

// benchName is the function without "Benchmark" and without the number of processors.
func benchName(name string) string {
	name = strings.TrimPrefix(name, "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			return name[:i]
		}
	}
	return name
}

// withUnit turns the unit p50-ms into "1.2 ms"; a bare p50 keeps the number.
func withUnit(value, unit string) string {
	if _, u, ok := strings.Cut(unit, "-"); ok {
		return value + " " + strings.TrimSuffix(u, "/op")
	}
	return value
}

func duration(ns float64) string {
	switch {
	case ns >= 1e9:
		return fmt.Sprintf("%.3g s", ns/1e9)
	case ns >= 1e6:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	case ns >= 1e3:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	}
	return fmt.Sprintf("%.3g ns", ns)
}

func writeTable(out io.Writer, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "package\tbenchmark\ttime/op\tp50\tp99\tratio of\tratio\tlimit\t")
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	for _, r := range rows {
		ratio, limit := "-", "-"
		if r.metric != "" {
			ratio = strconv.FormatFloat(r.ratio, 'g', 4, 64)
		}
		if r.hasLimit {
			limit = strconv.FormatFloat(r.limit, 'g', 4, 64)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.pkg, r.name, dash(r.perOp), dash(r.p50), dash(r.p99),
			dash(r.metric), ratio, limit, r.verdict())
	}
	w.Flush()
}
