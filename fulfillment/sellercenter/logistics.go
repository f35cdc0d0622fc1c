package sellercenter

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Provider is a carrier that a delivery option allows.
type Provider struct {
	ID, Name string
}

// providersFor is how long a list of carriers is taken for right.
const providersFor = time.Hour

type providerCache struct {
	mu sync.Mutex
	m  map[string]providerList // by shop and delivery option
}

type providerList struct {
	list []Provider
	at   time.Time
}

// Providers lists the carriers of a delivery option, from memory for an hour. The option's id is on the order; there is
// no entry for "another carrier".
func (c *Client) Providers(ctx context.Context, shop, deliveryOption string) ([]Provider, error) {
	if err := checkID("delivery option id", deliveryOption); err != nil {
		return nil, err
	}
	key := shop + " " + deliveryOption
	c.providers.mu.Lock()
	known, ok := c.providers.m[key]
	c.providers.mu.Unlock()
	if ok && c.clock.now().Sub(known.at) < providersFor {
		return known.list, nil
	}
	var w struct {
		Providers list[struct {
			ID   text `json:"id"`
			Name text `json:"name"`
		}] `json:"shipping_providers"`
	}
	err := c.call(ctx, request{what: "listing carriers", method: http.MethodGet, shop: shop,
		path: "/logistics/202309/delivery_options/" + deliveryOption + "/shipping_providers"}, &w)
	if err != nil {
		return nil, err
	}
	list := make([]Provider, 0, len(w.Providers))
	for _, p := range w.Providers {
		if p.ID != "" {
			list = append(list, Provider{ID: string(p.ID), Name: clean(string(p.Name))})
		}
	}
	c.providers.mu.Lock()
	defer c.providers.mu.Unlock()
	if c.providers.m == nil {
		c.providers.m = map[string]providerList{}
	}
	if len(list) > 0 { // an empty list is asked for again: it would refuse every parcel for an hour
		c.providers.m[key] = providerList{list: list, at: c.clock.now()}
	}
	return list, nil
}

// DeliveryOption is a way of shipping that a warehouse has.
type DeliveryOption struct {
	ID, Name    string
	Type        string // STANDARD, EXPRESS, ECONOMY, SEND_BY_SELLER; other words are kept
	Description string
	MaxWeightG  int // 0: no limit told
	// Largest parcel in millimetres, 0: no limit told.
	MaxLengthMM, MaxWidthMM, MaxHeightMM int
}

// SentBySeller reports whether the seller brings label and tracking number.
func (d DeliveryOption) SentBySeller() bool { return d.Type == "SEND_BY_SELLER" }

// DeliveryOptions lists those of a warehouse.
func (c *Client) DeliveryOptions(ctx context.Context, shop, warehouse string) ([]DeliveryOption, error) {
	if err := checkID("warehouse id", warehouse); err != nil {
		return nil, err
	}
	var w struct {
		Options list[struct {
			ID          text `json:"id"`
			Name        text `json:"name"`
			Type        text `json:"type"`
			Description text `json:"description"`
			Dimension   part[struct {
				Length text `json:"max_length"`
				Width  text `json:"max_width"`
				Height text `json:"max_height"`
				Unit   text `json:"unit"`
			}] `json:"dimension_limit"`
			Weight part[struct {
				Max  text `json:"max_weight"`
				Unit text `json:"unit"`
			}] `json:"weight_limit"`
		}] `json:"delivery_options"`
	}
	err := c.call(ctx, request{what: "listing delivery options", method: http.MethodGet, shop: shop,
		path: "/logistics/202309/warehouses/" + warehouse + "/delivery_options", query: map[string]string{"scope": "WAREHOUSE"}}, &w)
	if err != nil {
		return nil, err
	}
	var out []DeliveryOption
	for _, o := range w.Options {
		d := o.Dimension.V
		out = append(out, DeliveryOption{ID: string(o.ID), Name: clean(string(o.Name)), Type: string(o.Type), Description: clean(string(o.Description)),
			MaxWeightG:  grams(wireAmount{Value: o.Weight.V.Max, Unit: o.Weight.V.Unit}),
			MaxLengthMM: millimetres(d.Length, d.Unit), MaxWidthMM: millimetres(d.Width, d.Unit), MaxHeightMM: millimetres(d.Height, d.Unit)})
	}
	return out, nil
}

// Warehouse is one of the shop's. Phone, contact and position are not read.
type Warehouse struct {
	ID, Name   string
	Type       string // SALES_WAREHOUSE, RETURN_WAREHOUSE; other words are kept
	SubType    string
	Enabled    bool // effect_status is ENABLED; DISABLED, RESTRICTED and unknown words are not
	Default    bool
	Region     string // two letters
	PostalCode string
	City       string
	District   string
	Address    string // in one line
}

// Warehouses lists the shop's warehouses.
func (c *Client) Warehouses(ctx context.Context, shop string) ([]Warehouse, error) {
	var w struct {
		Warehouses list[struct {
			ID      text `json:"id"`
			Name    text `json:"name"`
			Type    text `json:"type"`
			SubType text `json:"sub_type"`
			Effect  text `json:"effect_status"`
			Default flag `json:"is_default"`
			Address part[struct {
				Region     text `json:"region_code"`
				PostalCode text `json:"postal_code"`
				City       text `json:"city"`
				District   text `json:"distict"` // the platform's spelling
				Full       text `json:"full_address"`
			}] `json:"address"`
		}] `json:"warehouses"`
	}
	err := c.call(ctx, request{what: "listing warehouses", method: http.MethodGet, shop: shop, path: "/logistics/202309/warehouses"}, &w)
	if err != nil {
		return nil, err
	}
	var out []Warehouse
	for _, x := range w.Warehouses {
		a := x.Address.V
		out = append(out, Warehouse{ID: string(x.ID), Name: clean(string(x.Name)), Type: string(x.Type), SubType: string(x.SubType),
			Enabled: x.Effect == "ENABLED", Default: bool(x.Default), Region: region(string(a.Region)), PostalCode: clean(string(a.PostalCode)),
			City: clean(string(a.City)), District: clean(string(a.District)), Address: clean(string(a.Full))})
	}
	return out, nil
}
