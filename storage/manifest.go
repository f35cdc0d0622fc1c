package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
	"packbench/storage/internal/queries"
)

// Manifests returns every manifest, open ones first, then newest first.
func (s *Store) Manifests(ctx context.Context) ([]fulfillment.Manifest, error) {
	var out []fulfillment.Manifest
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.Manifests(ctx)
		if err != nil {
			return err
		}
		out, err = completeManifests(ctx, q, rows)
		return err
	})
	return out, explain(err, "list manifests")
}

// SealedManifests returns the last sealed manifests, newest first, without their parcels.
func (s *Store) SealedManifests(ctx context.Context, limit int) ([]fulfillment.ManifestSummary, error) {
	var out []fulfillment.ManifestSummary
	err := s.read(ctx, func(q *queries.Queries) error {
		rows, err := q.SealedManifests(ctx, int64(limit))
		for _, r := range rows {
			out = append(out, fulfillment.ManifestSummary{ID: fulfillment.ManifestID(r.ID), Station: r.Station, Carrier: r.Carrier, SealedAt: fromMS(r.SealedAt),
				SealedBy: r.SealedBy, Parcels: int(r.Parcels), LeftOff: int(r.LeftOff)})
		}
		return err
	})
	return out, explain(err, "list sealed manifests")
}

// SealOf returns the event that sealed a manifest of a station; it names the manifest in its body. ok is false where none does.
func (s *Store) SealOf(ctx context.Context, stationID string, id fulfillment.ManifestID) (e fulfillment.Event, ok bool, err error) {
	err = s.read(ctx, func(q *queries.Queries) error {
		row, err := q.SealOf(ctx, queries.SealOfParams{Station: stationID, Quoted: `"` + string(id) + `"`})
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			e, ok = eventFromRow(row), true
		}
		return err
	})
	return e, ok, explain(err, "read the seal of manifest %s", id)
}

// Manifest returns one manifest with its parcels and photos; fulfillment.ErrNotFound if there is none.
func (s *Store) Manifest(ctx context.Context, id fulfillment.ManifestID) (fulfillment.Manifest, error) {
	var m fulfillment.Manifest
	err := s.read(ctx, func(q *queries.Queries) (err error) {
		m, err = loadManifest(ctx, q, id)
		return err
	})
	return m, explain(err, "read manifest %s", id)
}

func openManifests(ctx context.Context, q *queries.Queries, stationID string) ([]fulfillment.Manifest, error) {
	rows, err := q.OpenManifests(ctx, stationID)
	if err != nil {
		return nil, err
	}
	return completeManifests(ctx, q, rows)
}

func completeManifests(ctx context.Context, q *queries.Queries, rows []queries.Manifest) ([]fulfillment.Manifest, error) {
	var out []fulfillment.Manifest
	for _, row := range rows {
		m, err := completeManifest(ctx, q, row)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func loadManifest(ctx context.Context, q *queries.Queries, id fulfillment.ManifestID) (fulfillment.Manifest, error) {
	row, err := q.Manifest(ctx, string(id))
	if err != nil {
		return fulfillment.Manifest{}, err
	}
	return completeManifest(ctx, q, row)
}

func completeManifest(ctx context.Context, q *queries.Queries, r queries.Manifest) (fulfillment.Manifest, error) {
	m := fulfillment.Manifest{ID: fulfillment.ManifestID(r.ID), Station: r.Station, Carrier: r.Carrier, OpenedAt: fromMS(r.OpenedAt),
		SealedAt: fromMS(r.SealedAt), SealedBy: r.SealedBy}
	photos, err := q.ManifestPhotos(ctx, r.ID)
	if err != nil {
		return m, err
	}
	byPackage := map[string][]fulfillment.Hash{}
	for _, p := range photos {
		byPackage[p.PackageID] = append(byPackage[p.PackageID], fulfillment.Hash(p.Hash))
	}
	parcels, err := q.ManifestParcels(ctx, r.ID)
	if err != nil {
		return m, err
	}
	for _, p := range parcels {
		with, err := fromList[fulfillment.OrderID](p.WithOrders)
		if err != nil {
			return m, err
		}
		m.Parcels = append(m.Parcels, fulfillment.ManifestParcel{OrderID: fulfillment.OrderID(p.OrderID), With: with, PackageID: fulfillment.PackageID(p.PackageID),
			Tracking: fulfillment.Tracking(p.Tracking), WeightG: int(p.WeightG), At: fromMS(p.At), Photos: byPackage[p.PackageID], LeftOff: p.LeftOff != 0})
	}
	return m, nil
}

// saveManifest writes what is different from the manifest as stored. Parcels go before the seal, which the database
// does not let anything pass. Photos of a sealed manifest may still arrive: they have a table of their own.
func (s *Store) saveManifest(ctx context.Context, q *queries.Queries, m fulfillment.Manifest, c station.Commit) error {
	if m.Station == "" {
		m.Station = c.Station
	}
	old, known := s.written[m.ID]
	if !known {
		var err error
		old, err = loadManifest(ctx, q, m.ID)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		known = err == nil
	}
	if known && !old.Open() {
		if !sameManifest(old, m) {
			return ErrSealed
		}
		return nil
	}
	head := queries.UpsertManifestParams{ID: string(m.ID), Station: m.Station, Carrier: m.Carrier, OpenedAt: ms(m.OpenedAt)}
	if !known || old.Carrier != m.Carrier || ms(old.OpenedAt) != head.OpenedAt {
		if err := q.UpsertManifest(ctx, head); err != nil {
			return err
		}
	}
	if err := saveParcels(ctx, q, old, m); err != nil {
		return err
	}
	if m.Open() {
		return nil
	}
	head.SealedAt, head.SealedBy = ms(m.SealedAt), m.SealedBy
	return q.UpsertManifest(ctx, head)
}

func saveParcels(ctx context.Context, q *queries.Queries, old, m fulfillment.Manifest) error {
	had := make(map[fulfillment.PackageID]int, len(old.Parcels))
	for i, p := range old.Parcels {
		had[p.PackageID] = i
	}
	for i, p := range m.Parcels {
		j, ok := had[p.PackageID]
		delete(had, p.PackageID)
		if ok && i == j && sameParcel(old.Parcels[j], p) {
			continue
		}
		with, err := list(p.With)
		if err != nil {
			return err
		}
		err = q.UpsertManifestParcel(ctx, queries.UpsertManifestParcelParams{ManifestID: string(m.ID), PackageID: string(p.PackageID),
			Pos: int64(i), OrderID: string(p.OrderID), Tracking: string(p.Tracking), WeightG: int64(p.WeightG), At: ms(p.At), LeftOff: bit(p.LeftOff), WithOrders: with})
		if err != nil {
			return fmt.Errorf("parcel %s: %w", p.PackageID, err)
		}
	}
	for id := range had {
		if err := q.DeleteManifestParcel(ctx, queries.DeleteManifestParcelParams{ManifestID: string(m.ID), PackageID: string(id)}); err != nil {
			return fmt.Errorf("take parcel %s off: %w", id, err)
		}
	}
	return nil
}

// sameParcel compares what the manifest_parcels table holds.
func sameParcel(a, b fulfillment.ManifestParcel) bool {
	return a.OrderID == b.OrderID && a.PackageID == b.PackageID && a.Tracking == b.Tracking && a.WeightG == b.WeightG &&
		ms(a.At) == ms(b.At) && a.LeftOff == b.LeftOff && slices.Equal(a.With, b.With)
}

func sameManifest(a, b fulfillment.Manifest) bool {
	if a.Carrier != b.Carrier || ms(a.OpenedAt) != ms(b.OpenedAt) || ms(a.SealedAt) != ms(b.SealedAt) || a.SealedBy != b.SealedBy ||
		len(a.Parcels) != len(b.Parcels) {
		return false
	}
	for i := range a.Parcels {
		if !sameParcel(a.Parcels[i], b.Parcels[i]) {
			return false
		}
	}
	return true
}

// Photos returns the photos of an order, oldest first.
func (s *Store) Photos(ctx context.Context, id fulfillment.OrderID) ([]station.Photo, error) {
	rows, err := s.qr.OrderPhotos(ctx, string(id))
	if err != nil {
		return nil, explain(err, "read photos of order %s", id)
	}
	var out []station.Photo
	for _, r := range rows {
		out = append(out, station.Photo{Hash: fulfillment.Hash(r.Hash), Manifest: fulfillment.ManifestID(r.ManifestID),
			OrderID: fulfillment.OrderID(r.OrderID), PackageID: fulfillment.PackageID(r.PackageID), Camera: r.Camera, TakenAt: fromMS(r.TakenAt)})
	}
	return out, nil
}
