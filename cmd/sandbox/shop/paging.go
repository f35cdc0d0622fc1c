package shop

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// page is one page request: query parameters of every search.
type page struct {
	size     int
	sort     string
	desc     bool
	filter   [8]byte // of sort and filters: a token is only good for the search that gave it
	after    bool
	afterKey int64
	afterID  string
}

type pageRules struct {
	minSize, maxSize, defaultSize int // minSize 0: 1; defaultSize 0: page_size is required
	sorts                         []string
	desc                          bool // default order
}

// readPage reads page_size, sort_field, sort_order and page_token. body is part of what a token is bound to.
func readPage(q url.Values, body []byte, rules pageRules) (page, error) {
	p := page{size: rules.defaultSize, sort: rules.sorts[0], desc: rules.desc}
	if v := q.Get("page_size"); v != "" || rules.defaultSize == 0 {
		n, err := strconv.Atoi(v)
		if err != nil || n < max(1, rules.minSize) || n > rules.maxSize {
			return p, artificial(codeMissing, "Invalid parameter. `page_size` must be %d to %d", max(1, rules.minSize), rules.maxSize)
		}
		p.size = n
	}
	if v := q.Get("sort_field"); v != "" {
		if !slices.Contains(rules.sorts, v) {
			return p, artificial(codeMissing, "Invalid parameter. `sort_field` must be one of %s", strings.Join(rules.sorts, ", "))
		}
		p.sort = v
	}
	switch v := q.Get("sort_order"); v {
	case "ASC", "DESC":
		p.desc = v == "DESC"
	case "":
	default:
		return p, artificial(codeMissing, "Invalid parameter. `sort_order` must be ASC or DESC")
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t %s", p.sort, p.desc, body))
	copy(p.filter[:], sum[:8])
	return p, p.readToken(q.Get("page_token"))
}

// A page token holds the position behind the last element: sort key, filter, id. Like the platform's it is base64 with
// + / and =, so it must be signed decoded and sent percent-encoded.
func (p *page) token(key int64, id string) string {
	b := binary.BigEndian.AppendUint64([]byte{0xfb, 0xef, 0xff}, uint64(key)) // starts with "++//" on purpose
	b = append(b, p.filter[:]...)
	b = append(b, id...)
	return base64.StdEncoding.EncodeToString(b)
}

func (p *page) readToken(token string) error {
	if token == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(b) < 20 || string(b[11:19]) != string(p.filter[:]) {
		return artificial(codePageToken, "Invalid parameter. `page_token` does not belong to this search")
	}
	p.after, p.afterKey, p.afterID = true, int64(binary.BigEndian.Uint64(b[3:11])), string(b[19:])
	return nil
}

// cut gives one page in order and the next token, empty at the end. It keeps no more than a page while it looks through
// the items, so that a page of a large shop costs one pass and not a sort.
func cut[T any](p page, items []T, key func(T) int64, id func(T) string) ([]T, string) {
	less := func(a, b T) int { return p.compare(key(a), id(a), key(b), id(b)) }
	best := make([]T, 0, min(p.size, len(items))+2)
	for _, v := range items {
		if p.after && p.compare(key(v), id(v), p.afterKey, p.afterID) <= 0 {
			continue
		}
		if len(best) > p.size && less(v, best[p.size]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, v, less)
		best = slices.Insert(best, at, v)
		if len(best) > p.size+1 {
			best = best[:p.size+1]
		}
	}
	if len(best) <= p.size {
		return best, ""
	}
	last := best[p.size-1]
	return best[:p.size], p.token(key(last), id(last))
}

func (p page) compare(ka int64, ia string, kb int64, ib string) int {
	c := cmp.Compare(ka, kb)
	if c == 0 {
		c = strings.Compare(ia, ib)
	}
	if p.desc {
		return -c
	}
	return c
}

// within reports whether t is in [ge, lt); a missing bound does not limit.
func within(t int64, ge, lt *int64) bool {
	return (ge == nil || t >= *ge) && (lt == nil || t < *lt)
}
