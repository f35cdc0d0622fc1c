package printer

import (
	"context"
	"fmt"
	"slices"

	winprinter "github.com/alexbrainman/printer"
)

// Queues are the names of the system's print queues, sorted.
func Queues(context.Context) ([]string, error) {
	names, err := winprinter.ReadNames()
	if err != nil {
		return nil, fmt.Errorf("list print queues: %w", err)
	}
	slices.Sort(names)
	return names, nil
}
