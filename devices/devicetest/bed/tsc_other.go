//go:build !amd64

package bed

func counterRate() int { return 0 }
