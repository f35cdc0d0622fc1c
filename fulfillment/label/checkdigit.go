package label

import "strings"

// checkDigits are the ways of computing a number's last digit. Which carrier uses which is data (carriers.toml). All take
// anything and report false for what they are not made for.
var checkDigits = map[string]func(string) bool{"mod10": mod10Digit, "ups": upsDigit, "s10": s10Digit, "fedex": fedexDigit, "mod7": mod7Digit}

func mod10Digit(s string) bool { return len(s) > 1 && digits(s) && mod10(s) }

// mod10 checks the GS1 check digit: weights 3, 1, 3 … from the right.
func mod10(s string) bool {
	sum := 0
	for i := range len(s) - 1 {
		weight := 1
		if (len(s)-2-i)%2 == 0 {
			weight = 3
		}
		sum += int(s[i]-'0') * weight
	}
	return (10-sum%10)%10 == int(s[len(s)-1]-'0')
}

// upsDigit checks 1Z + 16: letters count as in UPS's table (A = 2, B = 3 … taken modulo 10), every second character
// twice.
func upsDigit(s string) bool {
	if len(s) != 18 || !strings.HasPrefix(s, "1Z") {
		return false
	}
	sum := 0
	for i := range 15 {
		c, value := s[2+i], 0
		switch {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A'+2) % 10
		default:
			return false
		}
		if i%2 == 1 {
			value *= 2
		}
		sum += value
	}
	last := s[17]
	return last >= '0' && last <= '9' && (10-sum%10)%10 == int(last-'0')
}

// fedexDigit checks FedEx's numbers of 12 and 14 digits: weights 1, 3, 7 from the right, modulo 11, modulo 10.
func fedexDigit(s string) bool {
	if len(s) < 2 || !digits(s) {
		return false
	}
	sum := 0
	for i := range len(s) - 1 {
		sum += int(s[len(s)-2-i]-'0') * [...]int{1, 3, 7}[i%3]
	}
	return sum%11%10 == int(s[len(s)-1]-'0')
}

// mod7Digit checks DHL Express' numbers: the digits before the last, as a number, modulo 7.
func mod7Digit(s string) bool {
	if len(s) < 2 || !digits(s) {
		return false
	}
	rest := 0
	for i := range len(s) - 1 {
		rest = (rest*10 + int(s[i]-'0')) % 7
	}
	return rest == int(s[len(s)-1]-'0')
}

// s10Digit checks the Universal Postal Union's international number: RA123456785US.
func s10Digit(s string) bool {
	if len(s) != 13 || !digits(s[2:11]) {
		return false
	}
	for _, i := range []int{0, 1, 11, 12} {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	sum := 0
	for i, weight := range []int{8, 6, 4, 2, 3, 5, 9, 7} {
		sum += int(s[2+i]-'0') * weight
	}
	check := 11 - sum%11
	switch check {
	case 10:
		check = 0
	case 11:
		check = 5
	}
	return check == int(s[10]-'0')
}
