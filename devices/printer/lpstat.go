package printer

import (
	"regexp"
	"strings"
)

// requestID finds the job's name in what lp says in the C locale: "request id is zebra-12 (0 file(s))".
var requestID = regexp.MustCompile(`request id is (\S+)`)

// spoolJob is one job in the words of lpstat -l -o.
type spoolJob struct {
	status  string   // what the backend says, empty for nothing
	reasons []string // job-state-reasons
}

// parseJobs reads lpstat -l -o: a line that begins a job has its name first; the lines below it begin with a tab.
func parseJobs(text string) map[string]spoolJob {
	jobs := map[string]spoolJob{}
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if !strings.HasPrefix(line, "\t") {
			if f := strings.Fields(line); len(f) > 0 {
				name = f[0]
				jobs[name] = spoolJob{}
			}
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		j, ok := jobs[name]
		if !ok {
			continue
		}
		switch key {
		case "Status":
			j.status = value
		case "Alerts":
			j.reasons = strings.Fields(strings.ReplaceAll(value, ",", " "))
		}
		jobs[name] = j
	}
	return jobs
}

// failed reports whether a job that left its queue was given up: cancelled or aborted, by a person, the device or the service.
func (j spoolJob) failed() bool {
	return j.is("job-canceled") || j.is("job-aborted") || j.is("aborted")
}

func (j spoolJob) is(prefix string) bool {
	for _, r := range j.reasons {
		if strings.HasPrefix(r, prefix) {
			return true
		}
	}
	return false
}

// spoolQueue is a queue in the words of lpstat -l -p.
type spoolQueue struct {
	known, disabled bool
	message         string // the second line: what the backend, or whoever stopped the queue, says
	reasons         []string
}

// parseQueue reads lpstat -l -p of one queue.
func parseQueue(text string) (q spoolQueue) {
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case i == 0:
			q.known = strings.HasPrefix(line, "printer ")
			q.disabled = strings.Contains(line, " disabled since ")
		case i == 1 && strings.HasPrefix(line, "\t") && !strings.HasPrefix(trimmed, "Form mounted"):
			q.message = trimmed
		case strings.HasPrefix(trimmed, "Alerts: "):
			for _, r := range strings.Fields(strings.ReplaceAll(trimmed[len("Alerts: "):], ",", " ")) {
				if r != "none" {
					q.reasons = append(q.reasons, r)
				}
			}
		}
	}
	return q
}

// troubles are printer-state-reasons (RFC 8011 §5.4.12) that a person must end, by how they begin; a reason may carry
// -report, -warning or -error, of which the first is none.
var troubles = []struct{ reason, text string }{
	{"media-empty", "The label printer is out of labels. Load labels."},
	{"media-needed", "The label printer is out of labels. Load labels."},
	{"media-jam", "The labels are jammed. Open the label printer and take the jammed label out."},
	{"cover-open", "The label printer is open. Close it."},
	{"door-open", "The label printer is open. Close it."},
	{"marker-supply-empty", "The label printer is out of ribbon. Load a ribbon."},
	{"offline", "The label printer is offline. Switch it on and check its cable."},
	{"shutdown", "The label printer is shut down. Switch it on."},
	{"timed-out", "The label printer does not answer. Check that it is switched on and its cable."},
}

// trouble is a sentence, empty for none. CUPS's backends say some things only as a message, with the reasons "none".
func (q spoolQueue) trouble(name string) string {
	for _, r := range q.reasons {
		for _, t := range troubles {
			if strings.HasPrefix(r, t.reason) && !strings.HasSuffix(r, "-report") {
				return t.text
			}
		}
	}
	if q.disabled {
		why := ""
		if q.message != "" && q.message != "reason unknown" {
			why = " (" + strings.TrimRight(q.message, ".") + ")"
		}
		return "The print queue " + name + " is stopped" + why + ". Start it in the system's printer settings."
	}
	if unreachable(q.message) {
		return "The print queue " + name + " does not reach its printer. Switch the printer on and check its cable."
	}
	return ""
}

// unreachable knows the words of CUPS's own backends for a printer that is not there.
func unreachable(message string) bool {
	m := strings.ToLower(message)
	for _, word := range []string{"may not exist", "unavailable", "not responding", "unable to locate", "offline", "unable to connect"} {
		if strings.Contains(m, word) {
			return true
		}
	}
	return false
}
