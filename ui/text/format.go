package text

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Visible writes a code so that a person sees all of it: control characters as <GS>, <TAB> or <0x07>, bytes that are no
// UTF-8 as <0xFF>, spaces at either end as ␣.
func Visible(code string) string {
	var b strings.Builder
	lead := len(code) - len(strings.TrimLeft(code, " "))
	tail := len(strings.TrimRight(code, " "))
	for i, r := range code {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(code[i:], "\uFFFD"):
			fmt.Fprintf(&b, "<0x%02X>", code[i])
		case r == 0x1D:
			b.WriteString("<GS>")
		case r == '\t':
			b.WriteString("<TAB>")
		case r == '\r':
			b.WriteString("<CR>")
		case r == '\n':
			b.WriteString("<LF>")
		case r == ' ' && (i < lead || i >= tail):
			b.WriteString("␣")
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, "<0x%02X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// shown is how many characters of a code a sentence has room for.
const shown = 34

// Code writes a code for a sentence: visible, and shortened in the middle, because people compare codes by both ends.
func Code(code string) string { return Shorten(Visible(code), shown) }

// Shorten cuts the middle out of s where it is longer than limit characters; limit under 5 counts as 5.
func Shorten(s string, limit int) string {
	limit = max(limit, 5)
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	tail := (limit - 1) / 2
	head := limit - 1 - tail
	return string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
}

// Grams writes a weight of up to a tonne: "0 g", "840 g", "1.25 kg".
func Grams(g int) string {
	if g > -1000 && g < 1000 {
		return fmt.Sprintf("%d g", g)
	}
	return fmt.Sprintf("%.2f kg", float64(g)/1000)
}

// PlainGrams writes a weight in whole grams, so that it can be compared with another at a glance: "1250 g".
func PlainGrams(g int) string { return fmt.Sprintf("%d g", g) }

// Span writes a duration, never negative, in the two units a person would use: "under 1 min", "35 min", "2 h 05 min",
// "3 days 4 h".
func Span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Minute:
		return T("span.short")
	case d < time.Hour:
		return T("span.min", "m", fmt.Sprint(int(d.Minutes())))
	case d < 24*time.Hour:
		return T("span.hour", "h", fmt.Sprint(int(d.Hours())), "m", fmt.Sprintf("%02d", int(d.Minutes())%60))
	case d < 48*time.Hour:
		return T("span.day", "h", fmt.Sprint(int(d.Hours())-24))
	}
	return T("span.days", "d", fmt.Sprint(int(d.Hours())/24), "h", fmt.Sprint(int(d.Hours())%24))
}

// Ago writes how long ago at was; "just now" under a minute and for a moment to come (a clock that was put right).
func Ago(at, now time.Time) string {
	d := now.Sub(at)
	if d < time.Minute {
		return T("ago.now")
	}
	return T("ago", "span", Span(d))
}

// Clock writes a moment in local time: the hour today, with the day otherwise.
func Clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("Mon 2 Jan 15:04")
}

// Plural chooses between two phrases of the table, key+".one" and key+".many", and fills {n}.
func Plural(key string, n int, pairs ...string) string {
	form := ".many"
	if n == 1 {
		form = ".one"
	}
	return T(key+form, append(pairs, "n", fmt.Sprint(n))...)
}
