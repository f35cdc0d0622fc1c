package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"packbench/fulfillment"
	"packbench/storage/internal/queries"
)

// Order returns the order as stored, with its lines, packages and holds; fulfillment.ErrNotFound if there is none.
func (s *Store) Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error) {
	var o fulfillment.Order
	err := s.look(ctx, func(q *queries.Queries) (err error) {
		o, err = loadOrder(ctx, q, id)
		return err
	})
	return o, explain(err, "read order %s", id)
}

// loadOrder reads an order with the others that have a package of it.
func loadOrder(ctx context.Context, q *queries.Queries, id fulfillment.OrderID) (fulfillment.Order, error) {
	row, err := q.Order(ctx, string(id))
	if err != nil {
		return fulfillment.Order{}, err
	}
	o, err := completeOrder(ctx, q, row)
	if err != nil {
		return o, err
	}
	o.With, err = sharingOrders(ctx, q, o)
	return o, err
}

// sharingOrders are the other orders that have a package of this one, by id. Orders share a package only where the platform said
// that it combined them; see disputed.go.
func sharingOrders(ctx context.Context, q *queries.Queries, o fulfillment.Order) ([]fulfillment.Order, error) {
	var with []fulfillment.Order
	seen := map[string]bool{string(o.ID): true}
	for _, p := range o.Packages {
		if p.PlatformID == "" { // nobody but this station knows of it
			continue
		}
		rows, err := q.PackagesByID(ctx, string(p.PlatformID))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if seen[r.OrderID] {
				continue
			}
			seen[r.OrderID] = true
			row, err := q.Order(ctx, r.OrderID)
			if err != nil {
				return nil, err
			}
			c, err := completeOrder(ctx, q, row)
			if err != nil {
				return nil, err
			}
			with = append(with, c)
		}
	}
	slices.SortFunc(with, func(a, b fulfillment.Order) int { return cmp.Compare(a.ID, b.ID) })
	return with, nil
}

// completeOrder reads the lines and packages of an order's row.
func completeOrder(ctx context.Context, q *queries.Queries, row queries.Order) (fulfillment.Order, error) {
	o, err := orderFromRow(row)
	if err != nil {
		return o, err
	}
	lines, err := q.OrderLines(ctx, row.ID)
	if err != nil {
		return o, err
	}
	for _, l := range lines {
		line, err := lineFromRow(l)
		if err != nil {
			return o, err
		}
		o.Lines = append(o.Lines, line)
	}
	packages, err := q.OrderPackages(ctx, row.ID)
	if err != nil {
		return o, err
	}
	for _, p := range packages {
		pkg, err := packageFromRow(p)
		if err != nil {
			return o, err
		}
		o.Packages = append(o.Packages, pkg)
	}
	return o, nil
}

func orderFromRow(r queries.Order) (fulfillment.Order, error) {
	deadlines, err := fromList[fulfillment.Deadline](r.Deadlines)
	if err != nil {
		return fulfillment.Order{}, err
	}
	own, err := fromList[fulfillment.Hold](r.OwnHolds)
	if err != nil {
		return fulfillment.Order{}, err
	}
	holds, err := fromList[fulfillment.Hold](r.PlatformHolds)
	if err != nil {
		return fulfillment.Order{}, err
	}
	for _, h := range own {
		holds = fulfillment.WithHold(holds, h)
	}
	var request fulfillment.CancelRequest
	if r.CancelRequest != "" {
		if err := json.Unmarshal([]byte(r.CancelRequest), &request); err != nil {
			return fulfillment.Order{}, fmt.Errorf("request to cancel order %s: %w", r.ID, err)
		}
	}
	return fulfillment.Order{ID: fulfillment.OrderID(r.ID), Shop: r.Shop, Market: r.Market, Source: fulfillment.Source(r.Source),
		Status: fulfillment.OrderStatus(r.Status), ShippingType: fulfillment.ShippingType(r.ShippingType),
		FulfillmentType: r.FulfillmentType, DeliveryOptionID: r.DeliveryOptionID, DeliveryOption: r.DeliveryOption,
		WarehouseID: r.WarehouseID, BuyerMessage: r.BuyerMessage, SellerNote: r.SellerNote,
		CreatedAt: fromMS(r.CreatedAt), PaidAt: fromMS(r.PaidAt), UpdatedAt: fromMS(r.UpdatedAt), CheckedAt: fromMS(r.CheckedAt),
		OnHoldOrder: r.OnHoldOrder != 0, CancelRequested: r.CancelRequested != 0, AddressUpdated: r.AddressUpdated != 0,
		Combined: r.Combined != 0, AddressMark: r.AddressMark,
		Request: request, Deadlines: deadlines, Holds: holds, ReportedShippedAt: fromMS(r.ReportedShippedAt)}, nil
}

func lineFromRow(r queries.LineItem) (fulfillment.LineItem, error) {
	parts, err := fromList[fulfillment.BundlePart](r.Bundle)
	return fulfillment.LineItem{ID: fulfillment.LineID(r.ID), SKU: fulfillment.SKU(r.Sku), SKUID: fulfillment.SKUID(r.SkuID),
		ProductID: r.ProductID, ProductName: r.ProductName, SKUName: r.SkuName, Image: r.Image,
		PackageID: fulfillment.PackageID(r.PackageID), Status: fulfillment.OrderStatus(r.Status),
		IsGift: r.IsGift != 0, DangerousGood: r.DangerousGood != 0, Bundle: parts}, err
}

func packageFromRow(r queries.Package) (fulfillment.Package, error) {
	lines, err := fromList[fulfillment.LineID](r.Lines)
	if err != nil {
		return fulfillment.Package{}, err
	}
	holds, err := fromList[fulfillment.Hold](r.Holds)
	return fulfillment.Package{ID: fulfillment.PackageID(r.ID), PlatformID: fulfillment.PackageID(r.PlatformID),
		OrderID: fulfillment.OrderID(r.OrderID), Lines: lines, Tracking: fulfillment.Tracking(r.Tracking), ProviderID: r.ProviderID,
		Carrier: r.Carrier, PlatformStatus: r.PlatformStatus, Arranged: r.Arranged != 0, Rung: fulfillment.Rung(r.Rung),
		Holds: holds, WeightG: int(r.WeightG), Label: fulfillment.Hash(r.Label), LabelJob: fulfillment.JobID(r.LabelJob),
		Reprints: int(r.Reprints), Manifest: fulfillment.ManifestID(r.Manifest), Unpacked: r.Unpacked, Hazmat: fulfillment.Hash(r.Hazmat)}, err
}

func packageRow(p fulfillment.Package, pos int) (queries.UpsertPackageParams, error) {
	lines, err := list(p.Lines)
	if err != nil {
		return queries.UpsertPackageParams{}, err
	}
	holds, err := list(p.Holds)
	if err != nil {
		return queries.UpsertPackageParams{}, err
	}
	if p.Rung == "" {
		p.Rung = fulfillment.RungToPack
	}
	return queries.UpsertPackageParams{OrderID: string(p.OrderID), ID: string(p.ID), Pos: int64(pos), PlatformID: string(p.PlatformID),
		Lines: lines, Tracking: string(p.Tracking), ProviderID: p.ProviderID, Carrier: p.Carrier, PlatformStatus: p.PlatformStatus,
		Arranged: bit(p.Arranged), Rung: string(p.Rung), Height: int64(p.Rung.Height()), Holds: holds, WeightG: int64(p.WeightG),
		Label: string(p.Label), LabelJob: string(p.LabelJob), Reprints: int64(p.Reprints), Manifest: string(p.Manifest),
		Unpacked: p.Unpacked}, nil
}

// saveOrder writes the whole order. own are the holds set here, platform those the platform told; o.Holds is not read.
// Packages that are stored and not in o stay.
func saveOrder(ctx context.Context, q *queries.Queries, o fulfillment.Order, own, platform []fulfillment.Hold, at int64) error {
	row, err := orderRow(o, own, platform)
	if err != nil {
		return err
	}
	if err := q.UpsertOrder(ctx, row); err != nil {
		return err
	}
	if err := q.DeleteLines(ctx, row.ID); err != nil {
		return err
	}
	for i, l := range o.Lines {
		if err := saveLine(ctx, q, o.ID, i, l); err != nil {
			return err
		}
	}
	for i, p := range o.Packages {
		p.OrderID = o.ID
		row, err := packageRow(p, i)
		if err != nil {
			return err
		}
		if err := q.UpsertPackage(ctx, row); err != nil {
			return err
		}
	}
	if err := q.CloseOrder(ctx, queries.CloseOrderParams{At: at, ID: string(o.ID)}); err != nil {
		return err
	}
	return q.ReopenOrder(ctx, string(o.ID))
}

func orderRow(o fulfillment.Order, own, platform []fulfillment.Hold) (queries.UpsertOrderParams, error) {
	deadlines, err := list(o.Deadlines)
	if err != nil {
		return queries.UpsertOrderParams{}, err
	}
	ownText, err := list(own)
	if err != nil {
		return queries.UpsertOrderParams{}, err
	}
	platformText, err := list(platform)
	if err != nil {
		return queries.UpsertOrderParams{}, err
	}
	request := ""
	if o.Request.ID != "" {
		text, err := json.Marshal(o.Request)
		if err != nil {
			return queries.UpsertOrderParams{}, fmt.Errorf("request to cancel order %s: %w", o.ID, err)
		}
		request = string(text)
	}
	return queries.UpsertOrderParams{ID: string(o.ID), CancelRequest: request, Shop: o.Shop, Market: o.Market, Source: string(o.Source), Status: string(o.Status),
		ShippingType: string(o.ShippingType), FulfillmentType: o.FulfillmentType, DeliveryOptionID: o.DeliveryOptionID,
		DeliveryOption: o.DeliveryOption, WarehouseID: o.WarehouseID, BuyerMessage: o.BuyerMessage, SellerNote: o.SellerNote,
		CreatedAt: ms(o.CreatedAt), PaidAt: ms(o.PaidAt), UpdatedAt: ms(o.UpdatedAt), CheckedAt: ms(o.CheckedAt),
		OnHoldOrder: bit(o.OnHoldOrder), CancelRequested: bit(o.CancelRequested), AddressUpdated: bit(o.AddressUpdated),
		Deadlines: deadlines, ShipBy: ms(o.ShipBy()), OwnHolds: ownText, PlatformHolds: platformText,
		ReportedShippedAt: ms(o.ReportedShippedAt), Combined: bit(o.Combined), AddressMark: o.AddressMark}, nil
}

func saveLine(ctx context.Context, q *queries.Queries, id fulfillment.OrderID, pos int, l fulfillment.LineItem) error {
	bundle, err := list(l.Bundle)
	if err != nil {
		return err
	}
	err = q.InsertLine(ctx, queries.InsertLineParams{OrderID: string(id), Pos: int64(pos), ID: string(l.ID), Sku: string(l.SKU),
		SkuID: string(l.SKUID), ProductID: l.ProductID, ProductName: l.ProductName, SkuName: l.SKUName, Image: l.Image,
		PackageID: string(l.PackageID), Status: string(l.Status), IsGift: bit(l.IsGift), DangerousGood: bit(l.DangerousGood), Bundle: bundle})
	if err != nil {
		return err
	}
	if err := addCodes(ctx, q, l.SKU, l.SKUID); err != nil {
		return err
	}
	for _, part := range l.Bundle {
		if err := addCodes(ctx, q, part.SKU, part.SKUID); err != nil {
			return err
		}
	}
	return nil
}

// addCodes remembers under which codes a SKU is known. A line without a seller's own code is known by its sku_id.
func addCodes(ctx context.Context, q *queries.Queries, sku fulfillment.SKU, id fulfillment.SKUID) error {
	if sku == "" {
		sku = fulfillment.SKU(id)
	}
	for _, code := range slices.Compact([]string{string(sku), string(id)}) {
		if code == "" {
			continue
		}
		if err := q.AddOrderCode(ctx, queries.AddOrderCodeParams{Code: code, Sku: string(sku)}); err != nil {
			return err
		}
	}
	return nil
}

// productsOf reads what is known of everything to be scanned into the order's parcels.
func productsOf(ctx context.Context, q *queries.Queries, o fulfillment.Order) (map[fulfillment.SKU]fulfillment.Product, error) {
	found := map[fulfillment.SKU]fulfillment.Product{}
	add := func(sku fulfillment.SKU) error {
		if _, done := found[sku]; done || sku == "" {
			return nil
		}
		p, err := loadProduct(ctx, q, sku)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found[sku] = p
		return err
	}
	for _, order := range append([]fulfillment.Order{o}, o.With...) {
		for _, l := range order.Lines {
			if err := add(l.SKU); err != nil {
				return nil, err
			}
			for _, part := range l.Bundle {
				if err := add(part.SKU); err != nil {
					return nil, err
				}
			}
		}
	}
	return found, nil
}

func loadProduct(ctx context.Context, q *queries.Queries, sku fulfillment.SKU) (fulfillment.Product, error) {
	r, err := q.Product(ctx, string(sku))
	if err != nil {
		return fulfillment.Product{}, err
	}
	codes, err := q.Barcodes(ctx, string(sku))
	return fulfillment.Product{SKU: sku, Name: r.Name, Barcodes: codes, WeightG: int(r.WeightG), LengthMM: int(r.LengthMm),
		WidthMM: int(r.WidthMm), HeightMM: int(r.HeightMm), Fragile: r.Fragile != 0, DangerousGood: r.DangerousGood != 0, Image: r.Image}, err
}
