package sellercenter

import (
	"context"
	"errors"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"time"

	"packbench/fulfillment"
)

// PackageStatus is the platform's word for a package. Other words are kept as they came and mean "not known".
type PackageStatus string

const (
	PackageToFulfill  PackageStatus = "TO_FULFILL" // on order lines only
	PackageProcessing PackageStatus = "PROCESSING" // arranged, waits for the carrier
	PackageFulfilling PackageStatus = "FULFILLING" // collected
	PackageCompleted  PackageStatus = "COMPLETED"
	PackageCancelled  PackageStatus = "CANCELLED" // normally lost or damaged
)

// Known reports whether this program knows what the word means.
func (s PackageStatus) Known() bool {
	return slices.Contains([]PackageStatus{PackageToFulfill, PackageProcessing, PackageFulfilling, PackageCompleted, PackageCancelled}, s)
}

// PackageInfo is what the platform tells of a package. Addresses are not read.
type PackageInfo struct {
	ID                                fulfillment.PackageID
	Status                            PackageStatus
	ShippingType                      fulfillment.ShippingType
	Handover                          Handover
	Slot                              Slot // zero: none chosen
	Tracking, LastMileTracking        fulfillment.Tracking
	ProviderID, Provider              string
	DeliveryOptionID, DeliveryOption  string
	SplitAndCombine                   string // DEFAULT, COMBINE or SPLIT; the order has other words for the same
	BuyerNote                         bool
	MultiSKU                          bool
	Orders                            []fulfillment.OrderID
	Lines                             []fulfillment.LineID
	WeightG                           int // grams, 0: not known
	LengthMM, WidthMM, HeightMM       int // millimetres, 0: not known
	Insured                           bool
	InsuranceCoverage, InsuranceClaim string // as the platform writes them
	CreatedAt, UpdatedAt              time.Time
}

type wirePackage struct {
	ID                   text             `json:"id"` // in a search
	PackageID            text             `json:"package_id"`
	Status               text             `json:"status"` // in a search
	PackageStatus        text             `json:"package_status"`
	ShippingType         text             `json:"shipping_type"`
	Handover             text             `json:"handover_method"`
	Slot                 part[wireSlot]   `json:"pickup_slot"`
	TrackingNumber       text             `json:"tracking_number"`
	LastMile             text             `json:"last_mile_tracking_number"`
	ShippingProviderID   text             `json:"shipping_provider_id"`
	ShippingProviderName text             `json:"shipping_provider_name"`
	DeliveryOptionID     text             `json:"delivery_option_id"`
	DeliveryOptionName   text             `json:"delivery_option_name"`
	Tag                  text             `json:"split_and_combine_tag"`
	NoteTag              text             `json:"note_tag"`
	MultiSKU             flag             `json:"has_multi_skus"`
	Orders               list[wireID]     `json:"orders"`
	LineIDs              list[text]       `json:"order_line_item_ids"`
	Weight               part[wireAmount] `json:"weight"`
	Dimension            part[wireSize]   `json:"dimension"`
	CreateTime           whole            `json:"create_time"`
	UpdateTime           whole            `json:"update_time"`
	Insurance            part[struct {
		Purchased flag `json:"is_purchased"`
		Coverage  text `json:"coverage_amount"`
		Claim     text `json:"claim_status"`
	}] `json:"insurance"`
}

type wireAmount struct {
	Value text `json:"value"`
	Unit  text `json:"unit"`
}

type wireSize struct {
	Length text `json:"length"`
	Width  text `json:"width"`
	Height text `json:"height"`
	Unit   text `json:"unit"`
}

// packageAnswer is a detail answer; it must be about the package that was asked for.
type packageAnswer struct {
	wirePackage
	asked string
}

func (p *packageAnswer) check() error {
	if string(p.PackageID) != p.asked {
		return errors.New("it is about another package")
	}
	return nil
}

func (c *Client) packageDetail(ctx context.Context, shop, id string) (wirePackage, error) {
	w := packageAnswer{asked: id}
	if err := checkID("package id", id); err != nil {
		return w.wirePackage, err
	}
	err := c.call(ctx, request{what: "reading package " + id, method: http.MethodGet, path: "/fulfillment/202309/packages/" + id, shop: shop}, &w)
	return w.wirePackage, err
}

// Package reads one package.
func (c *Client) Package(ctx context.Context, shop string, id fulfillment.PackageID) (PackageInfo, error) {
	w, err := c.packageDetail(ctx, shop, string(id))
	if err != nil {
		return PackageInfo{}, err
	}
	return packageInfo(w), nil
}

// PackageFilter narrows a search for packages.
type PackageFilter struct {
	Status           PackageStatus
	Created, Updated Span
	SortBy           string // create_time (""), update_time or order_pay_time
	Ascending        bool
}

type wirePackages struct {
	Packages list[wirePackage] `json:"packages"`
	Next     pageToken         `json:"next_page_token"`
}

func (w *wirePackages) check() error {
	for _, p := range w.Packages {
		if p.ID == "" {
			return errors.New("a package without an id")
		}
	}
	return nil
}

// SearchPackages reads all packages that fit the filter.
func (c *Client) SearchPackages(ctx context.Context, shop string, f PackageFilter) ([]PackageInfo, error) {
	const what = "searching packages"
	body := struct {
		CreateTimeGE int64  `json:"create_time_ge,omitempty"`
		CreateTimeLT int64  `json:"create_time_lt,omitempty"`
		UpdateTimeGE int64  `json:"update_time_ge,omitempty"`
		UpdateTimeLT int64  `json:"update_time_lt,omitempty"`
		Status       string `json:"package_status,omitempty"`
	}{Status: string(f.Status)}
	body.CreateTimeGE, body.CreateTimeLT = f.Created.seconds()
	body.UpdateTimeGE, body.UpdateTimeLT = f.Updated.seconds()
	var all []PackageInfo
	err := follow(what, func(page string) (string, error) {
		var w wirePackages
		err := c.call(ctx, request{what: what, method: http.MethodPost, path: "/fulfillment/202309/packages/search", shop: shop,
			query: listQuery(page, f.SortBy, f.Ascending), body: body}, &w)
		for _, p := range w.Packages {
			all = append(all, packageInfo(p))
		}
		return string(w.Next), err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// listQuery pages a list whose default order is descending.
func listQuery(page, sortBy string, ascending bool) map[string]string {
	q := map[string]string{"page_size": strconv.Itoa(maxListPage), "page_token": page, "sort_field": sortBy, "sort_order": "DESC"}
	if ascending {
		q["sort_order"] = "ASC"
	}
	return q
}

func packageInfo(w wirePackage) PackageInfo {
	p := PackageInfo{ID: fulfillment.PackageID(first(w.PackageID, w.ID)), Status: PackageStatus(first(w.PackageStatus, w.Status)),
		ShippingType: fulfillment.ShippingType(w.ShippingType), Handover: Handover(w.Handover), Slot: w.Slot.V.slot(),
		Tracking: fulfillment.Tracking(w.TrackingNumber), LastMileTracking: fulfillment.Tracking(w.LastMile),
		ProviderID: string(w.ShippingProviderID), Provider: clean(string(w.ShippingProviderName)),
		DeliveryOptionID: string(w.DeliveryOptionID), DeliveryOption: clean(string(w.DeliveryOptionName)),
		SplitAndCombine: string(w.Tag), BuyerNote: w.NoteTag == "BUYER_NOTED", MultiSKU: bool(w.MultiSKU),
		Lines: ids[fulfillment.LineID](w.LineIDs), WeightG: grams(w.Weight.V), Insured: bool(w.Insurance.V.Purchased),
		InsuranceCoverage: string(w.Insurance.V.Coverage), InsuranceClaim: string(w.Insurance.V.Claim),
		CreatedAt: w.CreateTime.moment(), UpdatedAt: w.UpdateTime.moment()}
	for _, o := range w.Orders {
		p.Orders = append(p.Orders, fulfillment.OrderID(o.ID))
	}
	d := w.Dimension.V
	p.LengthMM, p.WidthMM, p.HeightMM = millimetres(d.Length, d.Unit), millimetres(d.Width, d.Unit), millimetres(d.Height, d.Unit)
	return p
}

// grams and millimetres round up; 0 where number or unit cannot be read.
func grams(a wireAmount) int {
	return scaled(a.Value, map[text]*big.Rat{"GRAM": big.NewRat(1, 1), "POUND": big.NewRat(45359237, 100000)}[a.Unit])
}

func millimetres(v, unit text) int {
	return scaled(v, map[text]*big.Rat{"CM": big.NewRat(10, 1), "INCH": big.NewRat(254, 10)}[unit])
}

// maxNumber is the longest decimal that is looked at: the platform's are shorter, and big.Rat would expand 1e999999999.
const maxNumber = 24

func scaled(v text, by *big.Rat) int {
	n, ok := decimal(v)
	if !ok || by == nil || n.Sign() <= 0 {
		return 0
	}
	n.Mul(n, by)
	q, rest := new(big.Int).QuoRem(n.Num(), n.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() || q.Int64() > 1_000_000_000 {
		return 0
	}
	return int(q.Int64())
}

// decimal reads a plain decimal, without exponent or fraction.
func decimal(v text) (*big.Rat, bool) {
	if len(v) == 0 || len(v) > maxNumber {
		return nil, false
	}
	for _, r := range v {
		if (r < '0' || r > '9') && r != '.' && r != '-' {
			return nil, false
		}
	}
	return new(big.Rat).SetString(string(v))
}
