package text

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// Alarms says in one headline and one sentence what came without a scan and is not answered; ok is false where the last
// verdict says all of it by itself. Two alarms of one moment must both be read.
func Alarms(v station.View) (headline, detail string, ok bool) {
	list := v.Alarms
	last := v.Verdict
	if len(list) == 0 || last != nil && len(list) == 1 && last.OrderID == list[0].OrderID && last.Code == list[0].Code {
		return "", "", false
	}
	if len(list) == 1 {
		a := list[0]
		known := a.CheckedAt
		a.CheckedAt = time.Time{} // an alarm stands until it is answered, and an age would be that of its first moment
		headline, detail = Verdict(a)
		if !known.IsZero() {
			detail += " " + T("alarm.known", "at", Clock(known, known))
		}
		return headline, detail, true
	}
	n := fmt.Sprint(len(list))
	late := true
	var orders, each []string
	for i, a := range list {
		late = late && a.Code == fulfillment.Cancelled && a.Why == fulfillment.WhyHandedOver
		if i < alarmRoom {
			id := Code(string(cmp.Or(a.About, a.OrderID)))
			orders = append(orders, id)
			each = append(each, id+" "+orWord("alarm.", alarmWord(a)))
		}
	}
	more := ""
	if rest := len(list) - len(orders); rest > 0 {
		more = T("alarm.more", "n", fmt.Sprint(rest))
	}
	if late {
		return T("alarm.late.head", "n", n), T("alarm.late.detail", "orders", strings.Join(orders, ", ")+more), true
	}
	return T("alarm.head", "n", n), T("alarm.detail", "orders", strings.Join(each, ", ")+more), true
}

// Alarming reports whether the last verdict is itself the newest alarm: then all of them are said in its place. Otherwise
// they stand beside it.
func Alarming(v station.View) bool {
	n := len(v.Alarms)
	if n == 0 || v.Verdict == nil {
		return false
	}
	a := v.Alarms[n-1]
	return v.Verdict.Scan == "" && a.Code == v.Verdict.Code && a.OrderID == v.Verdict.OrderID && a.At.Equal(v.Verdict.At)
}

// alarmRoom is how many orders a sentence has room for.
const alarmRoom = 3

func alarmWord(v fulfillment.Verdict) string {
	if v.Code == fulfillment.Cancelled && v.Why == fulfillment.WhyHandedOver {
		return "late"
	}
	switch v.Why {
	case fulfillment.WhyPlatformWarns, fulfillment.WhyInThePile, fulfillment.WhyStaysHere:
		return string(v.Why)
	}
	return string(v.Code)
}
