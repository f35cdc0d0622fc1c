package printer

import (
	"strings"
)

// Status of a queue of Windows (winspool.h, PRINTER_STATUS_).
var winTroubles = []struct {
	mask uint32
	text string
}{
	{0x400000, "The label printer is open. Close it."},                                                      // DOOR_OPEN
	{0x10 | 0x40, "The label printer is out of labels. Load labels."},                                       // PAPER_OUT, PAPER_PROBLEM
	{0x8, "The labels are jammed. Open the label printer and take the jammed label out."},                   // PAPER_JAM
	{0x40000, "The label printer is out of ribbon. Load a ribbon."},                                         // NO_TONER
	{0x80 | 0x1000, "The label printer is offline. Switch it on and check its cable."},                      // OFFLINE, NOT_AVAILABLE
	{0x1, "The print queue is paused. Resume it in the system's printer settings."},                         // PAUSED
	{0x100000 | 0x2, "The label printer reports an error. Look at its display, then switch it off and on."}, // USER_INTERVENTION, ERROR
}

// winTrouble is a sentence for the status of a queue, empty for none. Busy, printing, warming up and the like are none.
func winTrouble(status uint32) string {
	var say []string
	for _, t := range winTroubles {
		if status&t.mask != 0 {
			say = append(say, t.text)
		}
	}
	return strings.Join(say, " ")
}

// Status of a job (winspool.h, JOB_STATUS_).
const (
	winJobError    = 0x2
	winJobDeleting = 0x4
	winJobPrinted  = 0x80
	winJobDeleted  = 0x100
	winJobComplete = 0x1000
)

// winJob tells how a job of the queue is. One that is marked as printed stays where the queue keeps its documents.
func winJob(status uint32, words string) (j spoolJob, gone bool) {
	j.status = words
	switch {
	case status&(winJobDeleting|winJobDeleted) != 0:
		j.reasons = []string{"job-canceled"}
	case status&(winJobPrinted|winJobComplete) != 0:
		j.reasons = []string{"job-completed"}
	case status&winJobError != 0:
		return j, false // it waits until a person helps, or is taken back
	default:
		return j, false
	}
	return j, true
}
