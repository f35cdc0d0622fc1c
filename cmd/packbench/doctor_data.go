package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"packbench/storage"
)

// checkFilesThere: labels and photos lie beside the database, and somebody may tidy them away.
func (e *env) checkFilesThere(ctx context.Context) check {
	r, err := e.store.CheckFiles(ctx)
	switch {
	case err != nil:
		return check{"files", "fail", plain(err)}
	case len(r.Missing) > 0:
		text := fmt.Sprintf("%d of %d labels and photos are missing from the folder files, the first is %s; put the folder back where it was, or restore the last backup",
			len(r.Missing), r.Known, r.Missing[0][:min(12, len(r.Missing[0]))])
		if r.Linked {
			text += "; the folder is only a link to another place: is that drive connected?"
		}
		return check{"files", "fail", text}
	case r.Linked:
		return check{"files", "warn", fmt.Sprintf("all %d labels and photos are there, but the folder files is only a link to another place: buyer data and evidence lie there", r.Known)}
	}
	return check{"files", "ok", fmt.Sprintf("all %d labels and photos are there", r.Known)}
}

// restoreNews is how long a restore that lost something is told of.
const restoreNews = 14 * 24 * time.Hour

// checkRestored: a backup that took the place of newer data leaves parcels out there that the station does not know of.
func (e *env) checkRestored(ctx context.Context) []check {
	note, ok, err := e.store.LastRestore(ctx)
	switch {
	case err != nil:
		return []check{{"restore", "warn", plain(err)}}
	case !ok || timeSince(note.At) > restoreNews:
		return nil
	case note.Lost == nil:
		return []check{{"restore", "ok", "a backup was put in place at " + stamp(note.At) + "; nothing of what was there before is missing"}}
	}
	return []check{{"restore", "warn", "a backup was put in place at " + stamp(note.At) + ": " + lostWords(*note.Lost)}}
}

// lostWords says what a restore loses, and what to look at.
func lostWords(l storage.Lost) string {
	if l.Unreadable {
		return "the data that was replaced could not be read, so what is not in this backup is not known; compare the parcels of today and the sealed manifests with Seller Center"
	}
	text := fmt.Sprintf("%d events are not in this backup", l.Events)
	if !l.After.IsZero() {
		text = fmt.Sprintf("%d events after %s are not in this backup", l.Events, stamp(l.After))
	}
	var manifests, parcels []string
	for _, m := range l.Manifests {
		manifests = append(manifests, string(m))
	}
	for _, p := range l.Parcels {
		if !slices.Contains(parcels, string(p.OrderID)) {
			parcels = append(parcels, string(p.OrderID))
		}
	}
	if len(manifests) > 0 {
		text += "; sealed after it: manifest " + someOf(manifests)
	}
	if len(parcels) > 0 {
		text += "; check the parcels of order " + someOf(parcels) + ": they may be packed, labelled or gone already"
	}
	return text
}

// someOf names at most ten.
func someOf(names []string) string {
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
