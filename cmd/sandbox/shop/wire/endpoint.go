package wire

import (
	_ "embed"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

//go:embed endpoints.json
var endpointsJSON []byte

// Endpoint is the documented form of one endpoint's requests and answers.
type Endpoint struct {
	Query     map[string]string `json:"query"`  // type of each own parameter; a ! after it: required
	Cipher    bool              `json:"cipher"` // takes shop_cipher
	Multipart bool              `json:"multipart"`
	Reader    bool              `json:"reader"` // not in the published files
	Body      *Shape            `json:"body"`   // nil: no body
	Answer    *Shape            `json:"answer"` // of the envelope's data
}

var endpoints = func() map[string]*Endpoint {
	var m map[string]*Endpoint
	if err := json.Unmarshal(endpointsJSON, &m); err != nil {
		panic("wire: endpoints.json: " + err.Error()) // it is part of the program
	}
	return m
}()

// Find returns the endpoint called "METHOD /path/with/{variables}", nil for an unknown one.
func Find(name string) *Endpoint { return endpoints[name] }

// Names of all endpoints, sorted.
func Names() []string { return slices.Sorted(maps.Keys(endpoints)) }

// CheckQuery judges the query without the common parameters: nothing unknown or repeated, integers that are numbers.
// Required ones that are missing are reported last, so that a misspelt name is called unknown and not missing.
func (e *Endpoint) CheckQuery(query url.Values, common []string) *Problem {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		kind, own := e.Query[name]
		switch {
		case !own && !slices.Contains(common, name):
			return problem(UnknownParam, "Unknown query parameter `%s`", name)
		case len(query[name]) > 1:
			return problem(UnknownParam, "Query parameter `%s` is repeated", name)
		}
		if strings.HasPrefix(kind, "integer") {
			if _, err := strconv.ParseInt(query.Get(name), 10, 64); err != nil {
				return problem(Missing, "Invalid parameter. `%s` must be an integer", name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Query)) {
		if strings.HasSuffix(e.Query[name], "!") && query.Get(name) == "" {
			return problem(Missing, "Missing query parameter `%s`", name)
		}
	}
	return nil
}

// CheckBody judges a JSON body. An absent one is an empty object; an endpoint without a documented body takes none but
// an empty object.
func (e *Endpoint) CheckBody(body []byte) *Problem {
	if strings.TrimSpace(string(body)) == "" {
		return nil
	}
	shape := e.Body
	if shape == nil {
		shape = &Shape{Fields: map[string]*Shape{}}
	}
	return shape.Check(body, "body")
}
