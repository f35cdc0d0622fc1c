package storage

import (
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

var (
	_ station.Store     = (*Store)(nil)
	_ station.Files     = (*Store)(nil)
	_ syncer.Orders     = (*ShopStore)(nil)
	_ syncer.Outbox     = (*ShopStore)(nil)
	_ syncer.LabelStore = (*ShopStore)(nil)
	_ syncer.Backlog    = (*ShopStore)(nil)
	_ syncer.Superseder = (*ShopStore)(nil)
)
