package shop

import (
	"fmt"
	"slices"
	"strings"
)

// market is what differs from region to region: the platform's fulfilment overview as a table.
type market struct {
	region, currency, cipherPrefix, country string
	base                                    string          // seller_base_region
	minor                                   bool            // the currency has cents
	priceFactor                             int             // times the catalogue's price in cents
	phone                                   string          // made up, for every recipient
	markShipped                             bool            // seller-shipped orders: Mark Package As Shipped; else Ship Package with self_shipment
	createPackages                          bool            // platform-shipped orders: Create Packages; else Ship Package
	packageFirst                            map[string]bool // shipping types whose package id exists before shipping
	shipsOverCancel                         bool            // shipping rejects a pending cancel request instead of being refused
	trackingWarns                           bool            // a doubtful tracking number is a warning, not an error
	handoverIgnored                         bool            // handover_method has no effect
	cancelCollected                         bool            // the seller may cancel in AWAITING_COLLECTION
	itemCancel                              bool            // the seller may cancel single line items
	maskUnfulfillable                       bool            // seller-shipped addresses are masked outside fulfillable states
	zpl                                     bool            // labels come as ZPL too
	invoice                                 bool            // platform-shipped parcels leave only after their invoice was accepted
	combine                                 bool            // orders of one buyer may be combined before shipping
	wholeSKU                                bool            // a split keeps all units of a SKU together
	splitOver                               int             // more units than this in a package must be split before shipping; 0: never
	collectionTimes                         bool            // an unoffered pickup slot has a code of its own
	priority                                bool            // orders carry fulfillment_priority_level
	platform                                provider
	sellers                                 []provider
}

const (
	optionPlatform = "6955034615128000261"
	optionSeller   = "6955034615128000262"
	warehouseID    = "7000714532876273410"
	returnsID      = "7000714532876273411"
)

// family is what markets of one part of the world have in common.
type family func(*market)

// labelPurchase: sellers buy labels; their packages exist only once the label is bought.
func labelPurchase(m *market) {
	m.markShipped, m.createPackages, m.packageFirst = true, true, map[string]bool{}
}

// britain has package ids beforehand only for platform-shipped orders, because Ship Package needs one while Mark
// Package As Shipped creates it.
func britain(m *market) {
	m.markShipped, m.packageFirst = true, map[string]bool{"TIKTOK": true}
}

// europe has them for every order, as a live order showed.
func europe(m *market) {
	m.markShipped, m.packageFirst = true, map[string]bool{"TIKTOK": true, "SELLER": true}
}

func southEastAsia(m *market) {
	m.handoverIgnored, m.combine, m.wholeSKU, m.priority = true, true, true, true
	m.packageFirst = map[string]bool{"TIKTOK": true, "SELLER": true}
}

func latinAmerica(m *market) {
	m.combine, m.wholeSKU, m.zpl = true, true, true
	m.packageFirst = map[string]bool{"TIKTOK": true, "SELLER": true}
}

type marketRow struct {
	region, currency, country, phone string
	minor                            bool
	factor                           int
	kin                              family
	carriers                         [3]string // the platform's, then two a seller may use
	codes                            [3]string // prefixes of their tracking numbers
	more                             func(*market)
}

var marketTable = []marketRow{
	{"GB", "GBP", "United Kingdom", "(+44)07000000000", true, 1, britain, [3]string{"Sandbox Parcels", "Sample Post", "Example Couriers"}, [3]string{"SBX", "SP", "EXC"},
		func(m *market) { m.itemCancel = true }},
	{"US", "USD", "United States", "(+1)5550100000", true, 1, labelPurchase, [3]string{"Sandbox Parcels US", "Sample Post US", "Example Freight"}, [3]string{"SBX", "SP", "EXF"},
		func(m *market) {
			m.shipsOverCancel, m.trackingWarns, m.cancelCollected, m.maskUnfulfillable, m.itemCancel = true, true, true, true, true
		}},
	{"VN", "VND", "Việt Nam", "(+84)0900000000", false, 300, southEastAsia, [3]string{"Giao Thử Nhanh", "Bưu Chính Mẫu", "Xe Ví Dụ"}, [3]string{"GTN", "BCM", "XVD"}, nil},
	{"TH", "THB", "Thailand", "(+66)0800000000", true, 40, southEastAsia, [3]string{"Sandbox Parcels TH", "Tua Yang Post", "Example Rider TH"}, [3]string{"SBT", "TYP", "ERT"}, nil},
	{"ID", "IDR", "Indonesia", "(+62)0800000000", false, 180, southEastAsia, [3]string{"Kirim Contoh", "Pos Uji Coba", "Kurir Misal"}, [3]string{"KCX", "PUC", "KMS"},
		func(m *market) { m.collectionTimes = true }},
	{"MY", "MYR", "Malaysia", "(+60)0100000000", true, 5, southEastAsia, [3]string{"Sandbox Parcels MY", "Pos Contoh", "Example Rider MY"}, [3]string{"SBM", "PCT", "ERM"}, nil},
	{"PH", "PHP", "Philippines", "(+63)0900000000", true, 60, southEastAsia, [3]string{"Sandbox Parcels PH", "Halimbawa Post", "Example Rider PH"}, [3]string{"SBP", "HLP", "ERP"}, nil},
	{"SG", "SGD", "Singapore", "(+65)80000000", true, 2, southEastAsia, [3]string{"Sandbox Parcels SG", "Sample Post SG", "Example Rider SG"}, [3]string{"SBS", "SPS", "ERS"}, nil},
	{"MX", "MXN", "México", "(+52)0000000000", true, 20, latinAmerica, [3]string{"Paquetes Prueba", "Correo Ejemplo", "Mensajería Ficticia"}, [3]string{"PQP", "CEJ", "MFC"},
		func(m *market) { m.splitOver = 5 }},
	{"BR", "BRL", "Brasil", "(+55)00000000000", true, 6, latinAmerica, [3]string{"Encomendas Teste", "Correio Exemplo", "Transportes Fictícios"}, [3]string{"ENT", "CRE", "TRF"},
		func(m *market) { m.invoice = true }},
	{"JP", "JPY", "日本", "(+81)0000000000", false, 2, labelPurchase, [3]string{"Sandbox Parcels JP", "Mihon Post", "Rei Express"}, [3]string{"SBJ", "MHN", "REX"}, nil},
	{"DE", "EUR", "Deutschland", "(+49)00000000000", true, 1, europe, [3]string{"Sandkasten Pakete", "Muster Post", "Beispiel Kurier"}, [3]string{"SKP", "MUP", "BKU"}, nil},
	{"FR", "EUR", "France", "(+33)0000000000", true, 1, europe, [3]string{"Colis Bac à Sable", "Poste Exemple", "Courrier Fictif"}, [3]string{"CBS", "PEX", "CFI"}, nil},
	{"ES", "EUR", "España", "(+34)000000000", true, 1, europe, [3]string{"Paquetes de Prueba", "Correo de Ejemplo", "Envíos Ficticios"}, [3]string{"PDP", "CDE", "EFI"}, nil},
	{"IT", "EUR", "Italia", "(+39)0000000000", true, 1, europe, [3]string{"Pacchi di Prova", "Posta Esempio", "Corriere Fittizio"}, [3]string{"PDI", "PES", "CFT"}, nil},
	{"IE", "EUR", "Ireland", "(+353)000000000", true, 1, europe, [3]string{"Sandbox Parcels IE", "Sample Post IE", "Example Couriers IE"}, [3]string{"SBI", "SPI", "EXI"}, nil},
}

// Markets are the regions that can be emulated, in the order of the table.
func Markets() []string {
	var list []string
	for _, r := range marketTable {
		list = append(list, r.region)
	}
	return list
}

func markets(region string) (market, error) {
	i := slices.IndexFunc(marketTable, func(r marketRow) bool { return r.region == region })
	if i < 0 {
		return market{}, fmt.Errorf("market %q is not emulated: choose one of %s", region, strings.Join(Markets(), ", "))
	}
	r := marketTable[i]
	id := func(k int) string { return fmt.Sprintf("7117858858072016%02d%d", i, k+1) }
	m := market{region: r.region, currency: r.currency, country: r.country, base: r.region, minor: r.minor, priceFactor: r.factor,
		phone: r.phone, cipherPrefix: "ROW",
		platform: provider{id(0), r.carriers[0], r.codes[0], r.region, 9},
		sellers: []provider{{id(1), r.carriers[1], r.codes[1], r.region, 9},
			{id(2), r.carriers[2], r.codes[2], "", 12}}}
	if r.region == "GB" || r.region == "US" {
		m.cipherPrefix = "GCP"
	}
	r.kin(&m)
	if r.more != nil {
		r.more(&m)
	}
	return m, nil
}
