package text

import "strings"

// entry is a headline, read at two metres, and a detail, read at arm's length.
type entry struct{ head, detail string }

// table is one language. Keys of verdicts are the contract's word, or "word+why" where the reason changes what must be
// done; reasons without such an entry lend their detail from whys.
type table struct {
	verdicts map[string]entry
	whys     map[string]string
	prompts  map[string]entry
	commands map[string]string
	words    map[string]string
}

// language is the table in use. It is set before the window is made and never changed after.
var language = &english

// T returns the phrase stored under key, with {name} placeholders replaced from pairs (name, value, name, value, …).
// An unknown key comes back as it is, so that a missing phrase is seen and never hides what it should say.
func T(key string, pairs ...string) string {
	s, ok := language.words[key]
	if !ok {
		s = key
	}
	return fill(s, pairs...)
}

func fill(s string, pairs ...string) string {
	if !strings.Contains(s, "{") || len(pairs) < 2 {
		return s
	}
	replace := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replace = append(replace, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(replace...).Replace(s)
}
