package printer

import (
	"strings"
	"testing"
)

// As lpstat of CUPS 2.4 prints it.
const (
	lpstatJobs = "zebra-1                 root              1024   Sun Nov 22 20:21:41 2026\n\tStatus: Waiting for printer to finish.\n\tAlerts: job-printing\n\tqueued for zebra\n" +
		"zebra-2                 root              1024   Sun Nov 22 20:21:45 2026\n\tAlerts: job-canceled-by-user\n\tqueued for zebra\n"
	lpstatDead = "printer dead now printing dead-2.  enabled since Sun Nov 22 20:21:43 2026\n\tThe printer may not exist or is unavailable at this time.\n\tForm mounted:\n\tContent types: any\n\tAlerts: none\n"
	lpstatIdle = "printer zebra is idle.  enabled since Sun Nov 22 20:21:41 2026\n\tForm mounted:\n\tAlerts: none\n"
	lpstatStop = "printer zebra disabled since Sun Nov 22 20:21:45 2026 -\n\treason unknown\n\tForm mounted:\n\tAlerts: paused\n"
)

func TestParseJobs(t *testing.T) {
	jobs := parseJobs(lpstatJobs)
	if len(jobs) != 2 || !jobs["zebra-1"].is("job-printing") || jobs["zebra-1"].status == "" || !jobs["zebra-2"].failed() || jobs["zebra-1"].failed() {
		t.Errorf("got %+v", jobs)
	}
}

func TestParseQueue(t *testing.T) {
	for _, tt := range []struct{ name, text, says string }{
		{"idle", lpstatIdle, ""},
		{"unreachable", lpstatDead, "does not reach"},
		{"stopped", lpstatStop, "stopped"},
		{"out of labels", strings.Replace(lpstatIdle, "none", "media-empty-error", 1), "out of labels"},
		{"only a report", strings.Replace(lpstatIdle, "none", "media-empty-report", 1), ""},
		{"open, among others", strings.Replace(lpstatIdle, "none", "com.maker.x, cover-open", 1), "open"},
		{"sending", strings.Replace(lpstatIdle, "\tForm", "\tSpooling job, 40% complete\n\tForm", 1), ""},
	} {
		q := parseQueue(tt.text)
		if got := q.trouble("zebra"); !q.known || (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.says)
		}
	}
	if parseQueue("").known {
		t.Error("nothing is a queue")
	}
}

func FuzzLpstat(f *testing.F) {
	f.Add(lpstatJobs)
	f.Add(lpstatDead)
	f.Add("\tAlerts: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		for name := range parseJobs(text) {
			if name == "" || strings.ContainsAny(name, " \t\n") {
				t.Errorf("a job called %q", name)
			}
		}
		_ = parseQueue(text).trouble("x")
	})
}
