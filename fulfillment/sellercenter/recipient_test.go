package sellercenter

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecipientFromTheWire(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want Recipient
	}{
		"GB: a post town": {`{"name":"Ann Example","phone_number":"(+44)07000000000","region_code":"GB","postal_code":"AB1 2CD","address_line1":"1 Sample Road",
			"address_line2":"","post_town":"Sampleton","full_address":"1 Sample Road, Sampleton","district_info":[{"address_level":"L0","address_level_name":"Country","address_name":"United Kingdom"},
			{"address_level":"L1","address_level_name":"State","address_name":"England"},{"address_level":"L3","address_level_name":"Town","address_name":"Sampleton"}]}`,
			Recipient{Name: "Ann Example", Lines: []string{"1 Sample Road"}, City: "Sampleton", Region: "England", PostalCode: "AB1 2CD", Country: "GB", Phone: "(+44)07000000000"}},
		"US: the county is no line": {`{"name":"A B","region_code":"US","postal_code":"00000","address_line1":"1 Made Up Rd","address_line2":"Apt 2","district_info":[{"address_level":"L0","address_level_name":"Country","address_name":"United States"},
			{"address_level":"L1","address_level_name":"State","address_name":"Nowhere"},{"address_level":"L2","address_level_name":"County","address_name":"Some County"},{"address_level":"L3","address_level_name":"City","address_name":"Samplecity"}]}`,
			Recipient{Name: "A B", Lines: []string{"1 Made Up Rd", "Apt 2"}, City: "Samplecity", Region: "Nowhere", PostalCode: "00000", Country: "US"}},
		"VN: ward and district, no line but the detail": {`{"name":"Mẫu","region_code":"VN","address_detail":"Số 1 đường Ví Dụ","district_info":[{"address_level":"L0","address_name":"Việt Nam"},
			{"address_level":"L1","address_level_name":"Province","address_name":"Tỉnh Mẫu"},{"address_level":"L2","address_level_name":"District","address_name":"Quận Thử"},{"address_level":"L3","address_level_name":"Ward","address_name":"Phường Một"}]}`,
			Recipient{Name: "Mẫu", Lines: []string{"Số 1 đường Ví Dụ", "Phường Một"}, City: "Quận Thử", Region: "Tỉnh Mẫu", Country: "VN"}},
		"a market for a missing region": {`{"name":"X","full_address":"all in one"}`, Recipient{Name: "X", Lines: []string{"all in one"}, Country: "TH"}},
		"nothing":                       {`null`, Recipient{Country: "TH"}},
	} {
		var x wireAddressee
		if err := json.Unmarshal([]byte(`{"id":"1","recipient_address":`+tt.in+`}`), &x); err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(tt.want, x.recipient("TH")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
