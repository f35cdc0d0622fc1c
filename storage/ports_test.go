package storage

import (
	"packbench/fulfillment/station"
	"packbench/fulfillment/syncer"
)

var (
	_ station.Store     = (*Store)(nil)
	_ station.Files     = (*Store)(nil)
	_ syncer.Orders     = (*Store)(nil)
	_ syncer.Outbox     = (*Store)(nil)
	_ syncer.LabelStore = (*Store)(nil)
)
