package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"packbench/fulfillment/syncer"
)

// ownFolders are those that the program keeps in its data folder; replaced-… come from a restore.
var ownFolders = []string{"files", "rules", "cache", "log", "before-migration"}

// labelFolder is the folder's place, relative to the data folder; empty: none.
func (c Config) labelFolder(dir string) string {
	if c.Shop.LabelFolder == "" || filepath.IsAbs(c.Shop.LabelFolder) {
		return c.Shop.LabelFolder
	}
	return filepath.Join(dir, c.Shop.LabelFolder)
}

// badLabelFolder says why files must not be taken from the label folder and moved about in it; empty if they may. Links are
// followed as they lead now.
func (c Config) badLabelFolder(dir string) string {
	if c.Shop.LabelFolder == "" {
		return ""
	}
	folder, data := placeOnDisk(c.labelFolder(dir)), placeOnDisk(dir)
	home, err := os.UserHomeDir()
	instead := `; name one that is only for labels, for example label_folder = "labels"`
	switch {
	case isWithin(data, folder):
		return fmt.Sprintf("%q is the data folder itself or holds it", c.Shop.LabelFolder) + instead
	case filepath.Dir(folder) == folder:
		return fmt.Sprintf("%q is a whole disk", c.Shop.LabelFolder) + instead
	case err == nil && sameFolder(folder, placeOnDisk(home)):
		return fmt.Sprintf("%q is somebody's home folder", c.Shop.LabelFolder) + instead
	}
	for _, own := range append(replacedFolders(dir), ownFolders...) {
		if isWithin(folder, placeOnDisk(filepath.Join(dir, own))) {
			return fmt.Sprintf("%q lies in the folder %s, in which the program keeps its own files", c.Shop.LabelFolder, own) + instead
		}
	}
	// The same again by name: such a folder may come later, and letters' case is not everywhere told apart.
	for at := folder; filepath.Dir(at) != at; at = filepath.Dir(at) {
		name := strings.ToLower(filepath.Base(at))
		if sameFolder(filepath.Dir(at), data) && (slices.Contains(ownFolders, name) || strings.HasPrefix(name, "replaced-")) {
			return fmt.Sprintf("%q has a name that the program keeps for its own files", c.Shop.LabelFolder) + instead
		}
	}
	return ""
}

// replacedFolders are the folders of earlier restores.
func replacedFolders(dir string) (names []string) {
	entries, _ := os.ReadDir(dir) // one that cannot be read holds nothing that could be spoiled
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "replaced-") {
			names = append(names, e.Name())
		}
	}
	return names
}

// isWithin reports whether path is dir or lies below it.
func isWithin(path, dir string) bool {
	for {
		if sameFolder(path, dir) {
			return true
		}
		up := filepath.Dir(path)
		if up == path {
			return false
		}
		path = up
	}
}

// sameFolder compares names, and where both are there what they lead to.
func sameFolder(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// placeOnDisk is the absolute path with all links followed; of what is not there yet, the part that is.
func placeOnDisk(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, rest)
		}
		if filepath.Dir(at) == at {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// settings reads the configuration and checks what depends on the data folder, too.
func (c *call) settings() (Config, error) {
	cfg, err := loadConfig(c.config, c.named)
	if err != nil {
		return cfg, err
	}
	if bad := cfg.badLabelFolder(c.dir); bad != "" {
		text, err := readPlain(c.config, maxConfig)
		if err != nil {
			text = nil // it was there a moment ago; the line is then not known
		}
		return cfg, &configError{file: c.config, line: lineOf(text, "shop", 0, "label_folder"), text: bad}
	}
	return cfg, nil
}

// joinFolder makes the watched label folder; nil without `label_folder` in [shop]. It needs no connected shop.
func (a *app) joinFolder() *syncer.Folder {
	dir := a.env.cfg.labelFolder(a.dir)
	if dir == "" {
		return nil
	}
	if bad := a.env.cfg.badLabelFolder(a.dir); bad != "" { // links may have been laid since the start
		a.env.log.Error("The label folder is not watched", "err", bad)
		return nil
	}
	f, err := syncer.NewFolder(syncer.FolderOptions{Dir: dir, Orders: a.env.store, Labels: a.env.store, Ready: a.labelStored, Log: a.env.log})
	if err != nil {
		a.env.log.Error("The label folder is not watched", "err", err)
		return nil
	}
	return f
}
