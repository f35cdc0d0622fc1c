package camera

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"packbench/devices/usb"
)

// List names the cameras that are plugged in. A USB camera has a second node for data about its pictures, which is left out.
func List() []Found { return listIn(sysVideo) }

func listIn(root string) []Found {
	nodes, err := filepath.Glob(filepath.Join(root, "video*"))
	if err != nil {
		return nil
	}
	slices.Sort(nodes)
	var all []Found
	for _, node := range nodes {
		index, err := os.ReadFile(filepath.Join(node, "index"))
		if err != nil || strings.TrimSpace(string(index)) != "0" {
			continue
		}
		name, err := os.ReadFile(filepath.Join(node, "name"))
		if err != nil {
			continue
		}
		f := Found{Path: "/dev/" + filepath.Base(node), Name: strings.TrimSpace(string(name))}
		f.Device = f.Path
		if id := identityIn(root, f.Path); id != (usb.ID{}) {
			f.Device = id.String()
		}
		all = append(all, f)
	}
	return all
}
