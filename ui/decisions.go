package ui

import "packbench/fulfillment"

// decide hands a decision over in the order of scans and buttons.
func (w *Window) decide(d fulfillment.OutboxDecision) {
	if w.o.Decide != nil {
		w.codes.put(d.ID, func(string) { w.o.Decide(d) })
	}
}

// answer hands an answer to a request to cancel over in the order of scans and buttons.
func (w *Window) answer(a fulfillment.CancelAnswer) {
	if w.o.Answer != nil {
		w.codes.put(a.CancelID, func(string) { w.o.Answer(a) })
	}
}

// answers are the orders whose answer to a request to cancel has not been told yet.
func answers(s SyncStatus) map[fulfillment.OrderID]fulfillment.OutboxState {
	sent := map[fulfillment.OrderID]fulfillment.OutboxState{}
	for _, l := range s.Outbox {
		if l.Kind.Answers() {
			sent[l.OrderID] = l.State
		}
	}
	return sent
}
