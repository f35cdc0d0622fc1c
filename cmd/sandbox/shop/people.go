package shop

import "strings"

// person is a made-up recipient. latin is the name in plain ASCII, for printers of labels that have no font.
type person struct {
	name, latin, first, last string
	phone                    string
	line1, line2             string
	town, state, postcode    string
	region                   string
}

type fullName struct{ name, latin, first, last string }

// Obviously made-up people: example, sample, test, and the words for these in their languages.
var names = []fullName{
	{"Ann Example", "", "Ann", "Example"}, {"Bob Sample", "", "Bob", "Sample"}, {"Cleo Testwell", "", "Cleo", "Testwell"},
	{"Dora Placeholder", "", "Dora", "Placeholder"}, {"Éloïse Échantillon", "Eloise Echantillon", "Éloïse", "Échantillon"},
	{"Jürgen Müstermann", "Juergen Muestermann", "Jürgen", "Müstermann"},
	{"Nguyễn Thị Mẫu", "Nguyen Thi Mau", "Mẫu", "Nguyễn Thị"}, {"Trần Văn Thử", "Tran Van Thu", "Thử", "Trần Văn"},
	{"สมมติ ตัวอย่าง", "Sommut Tuayang", "สมมติ", "ตัวอย่าง"}, {"ทดสอบ ระบบดี", "Thotsop Rabopdi", "ทดสอบ", "ระบบดี"},
	{"张示例", "Zhang Shili", "示例", "张"}, {"王测试", "Wang Ceshi", "测试", "王"},
	{"مثال تجريبي", "Mithal Tajribi", "مثال", "تجريبي"}, {"نموذج اختبار", "Namudhaj Ikhtibar", "نموذج", "اختبار"},
}

type place struct{ line1, line2, town, state, postcode string }

var places = map[string][]place{
	"GB": {{"1 Sample Road", "Flat 2", "Sampleton", "Exampleshire", "ZZ1 1ZZ"}, {"22 Placeholder Lane", "", "Testbury", "Mockshire", "ZZ2 4AB"},
		{"7 Nowhere Close", "Unit 3", "Mockford", "Mockshire", "ZZ9 9ZZ"}, {"140 Fictional Street", "", "Exampleham", "Exampleshire", "ZZ5 0QQ"}},
	"US": {{"100 Example Ave", "Suite 100", "Sampleville", "ZZ", "00001"}, {"55 Placeholder Blvd", "", "Testburg", "ZZ", "00002"},
		{"7 Nowhere Ct", "Apt 3", "Mockton", "ZZ", "00003"}, {"1400 Fictional St", "", "Example City", "ZZ", "00004"}},
	"VN": {{"1 Đường Ví Dụ", "Phường Mẫu", "Quận Thử", "Thành phố Mẫu", "000001"}, {"22 Ngõ Thử Nghiệm", "Phường Hai", "Quận Mẫu", "Thành phố Mẫu", "000002"},
		{"7 Đường Giả Định", "Xã Thử", "Huyện Ví Dụ", "Tỉnh Mẫu", "000003"}, {"140 Phố Không Có", "Phường Ba", "Quận Thử", "Thành phố Mẫu", "000004"}},
}

var phones = map[string]string{"GB": "(+44)07000000000", "US": "(+1)5550100000", "VN": "(+84)0900000000"}

// newPerson combines the n-th name with the k-th place of the region.
func newPerson(region string, n, k int) person {
	nm := names[n%len(names)]
	pl := places[region][k%len(places[region])]
	p := person{name: nm.name, latin: nm.latin, first: nm.first, last: nm.last, phone: phones[region], line1: pl.line1,
		line2: pl.line2, town: pl.town, state: pl.state, postcode: pl.postcode, region: region}
	if p.latin == "" {
		p.latin = p.name
	}
	return p
}

func (p person) full() string {
	var parts []string
	for _, s := range []string{p.line1, p.line2, p.town, p.state, p.postcode} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// mask redacts all but the first character.
func mask(s string) string {
	if s == "" {
		return ""
	}
	return string([]rune(s)[:1]) + "***"
}

func (p person) masked() person {
	p.name, p.first, p.last, p.phone = mask(p.name), mask(p.first), mask(p.last), "(+**)*****"+p.phone[len(p.phone)-2:]
	p.line1, p.line2, p.postcode = mask(p.line1), mask(p.line2), mask(p.postcode)
	return p
}
