package syncer

import (
	"context"
	"fmt"

	"packbench/fulfillment"
)

// HazmatStore keeps the dangerous goods labels that go on parcels beside the carrier's label.
type HazmatStore interface {
	// HazmatToFetch are arranged platform-shipped packages with dangerous goods whose dangerous goods label is not stored.
	HazmatToFetch(ctx context.Context, limit int) ([]fulfillment.Package, error)
	// StoreHazmat keeps the document (fsynced file, then row) and ties it to the package.
	StoreHazmat(ctx context.Context, id fulfillment.PackageID, document []byte) error
}

// HazmatMarket is a Market that makes dangerous goods labels. Optional: without it none is fetched.
type HazmatMarket interface {
	Hazmat(ctx context.Context, p fulfillment.Package) (document []byte, err error)
}

// sheetWait stands before a package's id among the waits where its dangerous goods label is meant.
const sheetWait fulfillment.PackageID = "hazmat "

// hazmats fetches the dangerous goods labels that are not here, one after the other. One that does not come stops nothing: its parcel says
// that it is missing, and it is asked for again, ever less often.
func (s *Syncer) hazmats(ctx context.Context) ([]Result, error) {
	market, can := s.o.Market.(HazmatMarket)
	if s.o.Hazmats == nil || !can {
		return nil, nil
	}
	packages, err := s.o.Hazmats.HazmatToFetch(ctx, fetchBatch)
	if err != nil {
		return nil, fmt.Errorf("listing dangerous goods labels to fetch: %w", err)
	}
	var results []Result
	for _, p := range packages {
		key := sheetWait + p.ID
		if s.o.Now().Before(s.labelPause(key)) {
			continue
		}
		if ctx.Err() != nil || s.line.dead() {
			break
		}
		r := Result{Kind: "hazmat", OrderID: p.OrderID, PackageID: p.ID, Outcome: "done"}
		if err := s.hazmat(ctx, market, p); err != nil {
			s.o.Log.Warn("a dangerous goods label was not fetched", "order", string(p.OrderID), "error", err)
			s.labelFailed(key, err)
			r.Outcome, r.Reason = "queued", err.Error()
		}
		results = append(results, r)
	}
	return results, nil
}

func (s *Syncer) hazmat(ctx context.Context, market HazmatMarket, p fulfillment.Package) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	doc, err := market.Hazmat(call, p)
	s.line.note(err)
	if err == nil {
		err = s.o.Hazmats.StoreHazmat(ctx, p.ID, doc)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.waits, sheetWait+p.ID)
	s.mu.Unlock()
	if s.o.LabelReady != nil {
		s.o.LabelReady(p.ID)
	}
	return nil
}
