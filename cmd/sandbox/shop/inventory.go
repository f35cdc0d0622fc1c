package shop

import (
	"fmt"
	"slices"

	"packbench/fulfillment"
)

type inventoryRequest struct {
	ProductIDs []string `json:"product_ids"`
	SKUIDs     []string `json:"sku_ids"`
}

type inventoryAnswer struct {
	Inventory []productStock `json:"inventory"`
}

type productStock struct {
	ProductID string     `json:"product_id"`
	SKUs      []skuStock `json:"skus"`
}

type skuStock struct {
	ID           string           `json:"id"`
	SellerSKU    string           `json:"seller_sku"`
	Available    int              `json:"total_available_quantity"`
	Committed    int              `json:"total_committed_quantity"`
	Distribution stockSpread      `json:"total_available_inventory_distribution"`
	Warehouses   []warehouseStock `json:"warehouse_inventory"`
}

type stockSpread struct {
	InShop struct {
		Quantity int `json:"quantity"`
	} `json:"in_shop_inventory"`
}

type warehouseStock struct {
	WarehouseID string `json:"warehouse_id"`
	Available   int    `json:"available_quantity"`
	Committed   int    `json:"committed_quantity"`
}

// committed counts the units of a SKU that are sold and not with a carrier, bundles by their parts.
func (s *store) committed(p *product) int {
	n := 0
	for _, o := range s.orders {
		if o.is(fulfillment.StatusUnpaid) || o.fulfillmentType != fulfillment.FulfillmentBySeller {
			continue
		}
		for _, l := range o.unscanned() {
			if l.product == p {
				n++
			}
			for _, part := range l.product.parts {
				if part.product == p {
					n += part.count
				}
			}
		}
	}
	return n
}

// searchInventory is POST /product/202309/inventory/search: by SKU, or else by product. What is available is the shelf
// less what is committed.
func (s *store) searchInventory(c *call) (any, error) {
	req, err := decodeBody[inventoryRequest](c.body)
	if err != nil {
		return nil, err
	}
	if len(req.ProductIDs) > 100 || len(req.SKUIDs) > 600 || len(req.ProductIDs)+len(req.SKUIDs) == 0 {
		return nil, artificial(codeMissing, "Invalid parameter. Give 1 to 600 `sku_ids` or 1 to 100 `product_ids`")
	}
	answer := inventoryAnswer{[]productStock{}}
	for _, p := range s.catalog {
		wanted := slices.Contains(req.SKUIDs, p.skuID)
		if len(req.SKUIDs) == 0 {
			wanted = slices.Contains(req.ProductIDs, p.productID)
		}
		if !wanted {
			continue
		}
		committed := s.committed(p)
		row := skuStock{ID: p.skuID, SellerSKU: p.sku, Available: max(0, p.shelf-committed), Committed: committed}
		row.Distribution.InShop.Quantity = row.Available
		row.Warehouses = []warehouseStock{{warehouseID, row.Available, committed}}
		answer.Inventory = append(answer.Inventory, productStock{p.productID, []skuStock{row}})
	}
	return answer, nil
}

type stockRow struct {
	WarehouseID       *string `json:"warehouse_id"`
	Quantity          *int64  `json:"quantity"`
	BackorderQuantity *int64  `json:"backorder_quantity"`
	HandlingTime      *int64  `json:"handling_time"`
}

type stockSKU struct {
	ID        *string    `json:"id"`
	Inventory []stockRow `json:"inventory"`
}

type stockRequest struct {
	SKUs []stockSKU `json:"skus"`
}

type stockAnswer struct {
	Errors []stockError `json:"errors,omitempty"`
}

type stockError struct {
	Code    int64       `json:"code"`
	Message string      `json:"message"`
	Detail  stockDetail `json:"detail"`
}

type stockDetail struct {
	SKUID       string       `json:"sku_id"`
	ExtraErrors []extraError `json:"extra_errors,omitempty"`
}

type extraError struct {
	Code        int64  `json:"code"`
	Message     string `json:"message"`
	WarehouseID string `json:"warehouse_id"`
}

// updateInventory is POST …/products/{product_id}/inventory/update: absolute quantities of what is available, for all
// warehouses of the SKU (here it has one). SKUs that failed are named in errors, the others are set.
func (s *store) updateInventory(c *call) (any, error) {
	req, err := decodeBody[stockRequest](c.body)
	if err != nil {
		return nil, err
	}
	if len(req.SKUs) == 0 {
		return nil, artificial(codeMissing, "Missing parameter. `skus` is empty")
	}
	var answer stockAnswer
	for _, sku := range req.SKUs {
		i := slices.IndexFunc(s.catalog, func(p *product) bool { return p.skuID == deref(sku.ID) && p.productID == c.vars["product_id"] })
		fail := func(extra ...extraError) {
			answer.Errors = append(answer.Errors, stockError{errStock.Code, errStock.Message, stockDetail{deref(sku.ID), extra}})
		}
		switch {
		case i < 0, len(sku.Inventory) != 1, sku.Inventory[0].Quantity == nil,
			*sku.Inventory[0].Quantity < 1 || *sku.Inventory[0].Quantity > 99999:
			fail()
		case deref(sku.Inventory[0].WarehouseID) != warehouseID:
			fail(extraError{12052097, "The warehouse does not exist.", deref(sku.Inventory[0].WarehouseID)})
		default:
			p := s.catalog[i]
			p.shelf = int(*sku.Inventory[0].Quantity) + s.committed(p)
			s.effects.add("stock", "", "", fmt.Sprintf("%s %d", p.sku, *sku.Inventory[0].Quantity))
		}
	}
	return answer, nil
}
