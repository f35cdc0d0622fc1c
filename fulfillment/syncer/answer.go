package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"packbench/fulfillment"
)

// Answers to requests to cancel and corrections of a tracking number: rows that ship nothing. They have the life of all
// others – read, send, read again where no answer came – and judges of their own.

// addRequests looks up the open request of the orders that say they have one. What cannot be looked up now is known later;
// the orders themselves must not wait for it.
func (s *Syncer) addRequests(ctx context.Context, orders []fulfillment.Order) {
	market, ok := s.o.Market.(Canceller)
	var ids []fulfillment.OrderID
	for _, o := range orders {
		if o.CancelRequested {
			ids = append(ids, o.ID)
		}
	}
	if !ok || len(ids) == 0 {
		return
	}
	requests, err := market.CancelRequests(ctx, ids)
	if err != nil {
		s.o.Log.Warn("requests to cancel were not read", "orders", len(ids), "error", err)
		return
	}
	for i, o := range orders {
		if o.CancelRequested {
			orders[i].Request = openRequest(requests, o.ID)
		}
	}
}

// openRequest is the newest request of the order that nobody has answered; zero if there is none.
func openRequest(requests []fulfillment.CancelRequest, id fulfillment.OrderID) (open fulfillment.CancelRequest) {
	for _, r := range requests {
		if r.OrderID == id && r.State == fulfillment.RequestOpen && (open.ID == "" || r.AskedAt.After(open.AskedAt)) {
			open = r
		}
	}
	return open
}

// find says what the platform knows of the row's effect. o was read just now; a request to cancel is read here. An error
// means that it cannot be known now.
func (s *Syncer) find(ctx context.Context, row fulfillment.OutboxRow, o fulfillment.Order) (f finding, news PackageNews, reason string, err error) {
	switch {
	case row.Kind.Answers():
		market, ok := s.o.Market.(Canceller)
		if !ok {
			return foundOther, news, "requests to cancel cannot be answered from here: answer it in Seller Center", nil
		}
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		requests, err := market.CancelRequests(ctx, []fulfillment.OrderID{row.OrderID})
		s.line.note(err)
		if err != nil {
			return 0, news, "", err
		}
		f, reason = judgeAnswer(row, o, requests)
	case row.Kind == fulfillment.OutboxCorrect:
		f, news, reason = judgeCorrection(row, o)
	default:
		f, news, reason = judge(row, o)
	}
	return f, news, reason, nil
}

// judgeAnswer compares an answer with the request as it stands. A closed request was rejected or withdrawn, which the
// platform does not tell apart: it is our rejection only if one was sent.
func judgeAnswer(row fulfillment.OutboxRow, o fulfillment.Order, requests []fulfillment.CancelRequest) (finding, string) {
	i := slices.IndexFunc(requests, func(r fulfillment.CancelRequest) bool { return r.ID == row.CancelID })
	if i < 0 {
		return foundOther, "Seller Center does not know this request to cancel"
	}
	reject, sent := row.Kind == fulfillment.OutboxReject, row.Attempts > 0
	switch state := requests[i].State; {
	case state == fulfillment.RequestOpen && reject && o.Status == fulfillment.StatusCancelled:
		return foundOther, fulfillment.ParkedCancelled
	case state == fulfillment.RequestOpen:
		return foundAbsent, ""
	case state == fulfillment.RequestClosed && reject && o.CancelRequested && openRequest(requests, o.ID).ID == "":
		return foundUnclear, "the request is closed, and the order still says that the buyer asks to cancel"
	case state == fulfillment.RequestClosed && reject && sent, state == fulfillment.RequestGranted && !reject && sent:
		return foundOurs, ""
	case state == fulfillment.RequestClosed && reject:
		return foundMoot, "the buyer has withdrawn the request, or it was rejected in Seller Center"
	case state == fulfillment.RequestGranted && !reject:
		return foundMoot, "the request was granted before the answer was sent"
	case state == fulfillment.RequestClosed:
		return foundOther, "the request cannot be granted any more: the buyer has withdrawn it, or it was rejected in Seller Center"
	case state == fulfillment.RequestGranted:
		return foundOther, "the request was granted before the rejection: take the parcel back"
	}
	return foundUnclear, "Seller Center says of the request what this program does not know"
}

// judgeCorrection compares a correction with the order as the platform tells it: it is done when the platform's tracking
// number is the one on the label.
func judgeCorrection(row fulfillment.OutboxRow, o fulfillment.Order) (finding, PackageNews, string) {
	f, news, reason := judge(row, o)
	switch f {
	case foundOther:
		return foundAbsent, PackageNews{}, ""
	case foundAbsent:
		return foundOther, PackageNews{}, "Seller Center does not have the parcel as shipped: there is nothing to correct"
	}
	return f, news, reason
}

// guardRow decides from the order as just read whether the row may be sent now. now is the platform's time.
func guardRow(row fulfillment.OutboxRow, o fulfillment.Order, now time.Time, overridden bool) refusal {
	if !row.Kind.Answers() && row.Kind != fulfillment.OutboxCorrect {
		return guard(o, now, overridden)
	}
	switch {
	case o.FulfillmentType != fulfillment.FulfillmentBySeller:
		return refusal{park: fmt.Sprintf("the order is not the seller's to ship (%s)", o.FulfillmentType)}
	case row.Kind.Answers():
		return refusal{}
	case o.Status == fulfillment.StatusCancelled:
		return refusal{park: fulfillment.ParkedCancelled}
	case o.ShippingType != fulfillment.ShippingSeller:
		return refusal{park: "Seller Center gave this parcel its tracking number itself: it cannot be corrected"}
	}
	return refusal{}
}

// Codes of the platform that a person can do something about, beyond what its own words say.
const (
	codeAskedToCancel = 21011007 // a request to cancel is open (not in the US, where shipping rejects it)
	codeTooLate       = 21011049 // the platform's rules do not allow another tracking number any more
)

// refusalWords is why the platform's "no" parks the row.
func refusalWords(err error) string {
	var no *RejectedError
	if errors.As(err, &no) {
		switch no.Code {
		case codeAskedToCancel:
			return fulfillment.ParkedBlocked
		case codeTooLate:
			return fmt.Sprintf("a tracking number can be corrected within 72 hours of shipping only, and that time is over (%d %s): ask the platform’s support", no.Code, no.Message)
		}
	}
	return err.Error()
}
