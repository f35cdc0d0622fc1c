package main

import "errors"

// interruptSelf: a program without a console has no Ctrl-C that it could send to itself.
func interruptSelf() error { return errors.ErrUnsupported }
