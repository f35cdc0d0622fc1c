package sellercenter

import "regexp"

var idShape = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// checkID keeps anything that is not an identifier out of the path of a request.
func checkID[T ~string](kind string, id T) error {
	if !idShape.MatchString(string(id)) {
		return refuse("%q is not a %s of Seller Center", clean(string(id)), kind)
	}
	return nil
}

func checkIDs[T ~string](kind string, ids []T) error {
	for _, id := range ids {
		if err := checkID(kind, id); err != nil {
			return err
		}
	}
	return nil
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// ids is the other way: wire texts as identifiers; empty ones are left out.
func ids[T ~string](in list[text]) []T {
	var out []T
	for _, v := range in {
		if v != "" {
			out = append(out, T(v))
		}
	}
	return out
}
