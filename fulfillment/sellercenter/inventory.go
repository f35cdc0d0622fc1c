package sellercenter

import (
	"context"
	"net/http"

	"packbench/fulfillment"
)

// Stock is what the platform sells of one SKU. Physical stock is Available + Committed, plus what is reserved elsewhere.
// A packing station reads stock and never writes it: the update call sets absolute numbers, which only the stock master
// knows.
type Stock struct {
	ProductID  string
	SKUID      fulfillment.SKUID
	SKU        fulfillment.SKU
	Available  int64
	Committed  int64
	Warehouses []WarehouseStock
}

// WarehouseStock is the part in one warehouse.
type WarehouseStock struct {
	Warehouse            string
	Available, Committed int64
}

// Limits of one inventory search.
const (
	maxStockProducts = 100
	maxStockSKUs     = 600
)

// StockBySKU reads the stock of up to 600 SKUs.
func (c *Client) StockBySKU(ctx context.Context, shop string, skus []fulfillment.SKUID) ([]Stock, error) {
	if len(skus) == 0 || len(skus) > maxStockSKUs {
		return nil, refuse("%d SKUs at once: 1 to %d are allowed", len(skus), maxStockSKUs)
	}
	if err := checkIDs("SKU id", skus); err != nil {
		return nil, err
	}
	return c.stock(ctx, shop, map[string][]string{"sku_ids": texts(skus)})
}

// StockByProduct reads the stock of up to 100 products.
func (c *Client) StockByProduct(ctx context.Context, shop string, products []string) ([]Stock, error) {
	if len(products) == 0 || len(products) > maxStockProducts {
		return nil, refuse("%d products at once: 1 to %d are allowed", len(products), maxStockProducts)
	}
	if err := checkIDs("product id", products); err != nil {
		return nil, err
	}
	return c.stock(ctx, shop, map[string][]string{"product_ids": products})
}

func (c *Client) stock(ctx context.Context, shop string, body map[string][]string) ([]Stock, error) {
	var w struct {
		Inventory list[struct {
			ProductID text `json:"product_id"`
			SKUs      list[struct {
				ID         text  `json:"id"`
				SellerSKU  text  `json:"seller_sku"`
				Available  whole `json:"total_available_quantity"`
				Committed  whole `json:"total_committed_quantity"`
				Warehouses list[struct {
					ID        text  `json:"warehouse_id"`
					Available whole `json:"available_quantity"`
					Committed whole `json:"committed_quantity"`
				}] `json:"warehouse_inventory"`
			}] `json:"skus"`
		}] `json:"inventory"`
	}
	err := c.call(ctx, request{what: "reading the stock", method: http.MethodPost, shop: shop, path: "/product/202309/inventory/search", body: body}, &w)
	if err != nil {
		return nil, err
	}
	var out []Stock
	for _, p := range w.Inventory {
		for _, s := range p.SKUs {
			one := Stock{ProductID: string(p.ProductID), SKUID: fulfillment.SKUID(s.ID), SKU: fulfillment.SKU(s.SellerSKU),
				Available: int64(s.Available), Committed: int64(s.Committed)}
			for _, h := range s.Warehouses {
				one.Warehouses = append(one.Warehouses, WarehouseStock{Warehouse: string(h.ID), Available: int64(h.Available), Committed: int64(h.Committed)})
			}
			out = append(out, one)
		}
	}
	return out, nil
}
