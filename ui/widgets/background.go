package widgets

import "context"

// Background runs work away from the screen. work returns what to do on the screen's goroutine afterwards (nil: nothing).
// A newer job with the same key replaces one that has not begun. The call returns at once.
type Background func(key string, work func(context.Context) func())
