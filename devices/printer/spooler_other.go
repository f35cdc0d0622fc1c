//go:build !windows

package printer

func newQueueService(queue string) queueService { return cups{queue} }
