package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"packbench/fulfillment"
)

const notKnown = "No order or parcel here has this name. Name the file by order id, package id or tracking number."

// parcel finds the one parcel that a file's name means. why is a sentence where there is none, or more than one.
func (f *Folder) parcel(ctx context.Context, name string) (id fulfillment.PackageID, t fulfillment.Tracking, why string, err error) {
	base := strings.TrimSpace(strings.TrimSuffix(name, filepath.Ext(name)))
	code, tracking, both := strings.Cut(base, "_")
	if !both {
		code = base
	}
	if code == "" || len(code) > 128 || len(tracking) > 128 {
		return "", "", notKnown, nil
	}
	orders, err := f.orders(ctx, code)
	if err != nil {
		return "", "", "", fmt.Errorf("looking for %s: %w", code, err)
	}
	p, why := onlyParcel(orders, code)
	if why != "" {
		return "", "", why, nil
	}
	switch {
	case tracking != "" && p.Tracking != "" && !sameTracking(p.Tracking, fulfillment.Tracking(tracking)):
		return "", "", fmt.Sprintf("The parcel has tracking number %s, the file says %s.", p.Tracking, tracking), nil
	case tracking != "" && p.Tracking == "":
		t = fulfillment.Tracking(tracking)
	default:
		t = p.Tracking
	}
	return p.ID, t, "", nil
}

func (f *Folder) orders(ctx context.Context, code string) ([]fulfillment.Order, error) {
	o, err := f.o.Orders.Order(ctx, fulfillment.OrderID(code))
	if err == nil {
		return []fulfillment.Order{o}, nil
	}
	if !errors.Is(err, fulfillment.ErrNotFound) {
		return nil, err
	}
	found, err := f.o.Orders.Find(ctx, code, []fulfillment.Tracking{fulfillment.Tracking(code)})
	if err != nil || found.Order == nil {
		return nil, err
	}
	return []fulfillment.Order{*found.Order}, nil
}

// onlyParcel is the parcel that code means among those that a label can still be for.
func onlyParcel(orders []fulfillment.Order, code string) (fulfillment.Package, string) {
	var named, all []fulfillment.Package
	for _, o := range orders {
		if o.Status == fulfillment.StatusCancelled {
			return fulfillment.Package{}, fmt.Sprintf("Order %s is cancelled: it needs no label.", o.ID)
		}
		for _, p := range o.Packages {
			if p.Rung.AtLeast(fulfillment.RungHandedOver) {
				continue
			}
			all = append(all, p)
			if string(p.ID) == code || string(p.PlatformID) == code || sameTracking(p.Tracking, fulfillment.Tracking(code)) {
				named = append(named, p)
			}
		}
	}
	if len(named) > 0 {
		all = named
	}
	switch {
	case len(orders) == 0:
		return fulfillment.Package{}, notKnown
	case len(all) == 0:
		return fulfillment.Package{}, "The parcel of " + code + " has left already."
	case len(all) > 1:
		ids := make([]string, len(all))
		for i, p := range all {
			ids[i] = string(p.ID)
		}
		slices.Sort(ids)
		return fulfillment.Package{}, fmt.Sprintf("%s means %d parcels (%s). Name the file by the parcel's own id or tracking number.", code, len(all), strings.Join(ids, ", "))
	}
	return all[0], ""
}

func hashOf(b []byte) fulfillment.Hash {
	sum := sha256.Sum256(b)
	return fulfillment.Hash(hex.EncodeToString(sum[:]))
}
