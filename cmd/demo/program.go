package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"
)

// program is packbench with a data folder of its own, seen from the command line.
type program struct {
	path   string
	data   string
	config string
	trace  string
	env    []string
	window *process
}

// stationTOML is the station's configuration; every key stands in the contract.
var stationTOML = template.Must(template.New("station.toml").Parse(`# Written by the demo.
[station]
id = "PACK-01"
market = "{{.Market}}"
language = "en"
operator = "Demo"           # no badge is asked for; the two below may log in all the same

[[operator]]
badge = "900100"
name = "Demo Packer"
role = "packer"

[[operator]]
badge = "900900"
name = "Demo Supervisor"
role = "supervisor"

[shop]
api_url = "{{.Shop.APIURL}}"
auth_url = "{{.Shop.AuthURL}}"
app_key = "{{.Shop.AppKey}}"
poll = "2s"

[[scanner]]
transport = "serial"
port = "{{.Scanner}}"
baud = 9600

[[printer]]
role = "label"
transport = "network"
address = "{{.Printer}}"
language = "zpl"
dpi = 203
width_mm = 102
height_mm = 152

[scale]
transport = "serial"
port = "{{.Scale}}"
protocol = "sics"

[[camera]]
name = "dock"
url = "{{.Camera}}"

[policy]
verify = "block"
weigh = "warn"
apply_scan = true
mark_shipped = "handover"
arrange = "ahead"
`))

// ports are where the virtual devices can be found.
type ports struct {
	Scanner, Scale string // device files
	Printer        string // host:port
	Camera         string // URL
}

// newProgram writes the configuration and returns the program; nothing is started.
func newProgram(path, data string, market string, a access, p ports) (*program, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var text bytes.Buffer
	err := stationTOML.Execute(&text, struct {
		ports
		Market string
		Shop   access
	}{p, market, a})
	if err != nil {
		return nil, fmt.Errorf("station.toml: %w", err)
	}
	pr := &program{path: path, data: data, config: filepath.Join(data, "station.toml"), trace: filepath.Join(data, "trace.jsonl")}
	if err := os.WriteFile(pr.config, text.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("station.toml: %w", err)
	}
	// Without a session bus the secrets go to a sealed file in the data folder, not into the key store of whoever runs
	// the demo.
	pr.env = []string{"PACKBENCH_APP_SECRET=" + a.AppSecret, "PACKBENCH_TRACE=" + pr.trace, "DBUS_SESSION_BUS_ADDRESS="}
	return pr, nil
}

// run is one subcommand; its stdout is returned.
func (p *program) run(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	return command(ctx, p.env, p.path, append(args, "--data", p.data, "--config", p.config)...)
}

// open starts the window.
func (p *program) open(logFile string) error {
	var err error
	p.window, err = startProcess(logFile, p.env, nil, p.path, "--data", p.data, "--config", p.config)
	return err
}

// orderJSON is what `packbench order` prints, as far as it is needed here.
type orderJSON struct {
	ID       string   `json:"id"`
	Rung     string   `json:"rung"`
	Holds    []string `json:"holds"`
	Packages []struct {
		ID       string `json:"id"`
		Tracking string `json:"tracking"`
		Rung     string `json:"rung"`
	} `json:"packages"`
	Events []struct {
		Kind string `json:"kind"`
	} `json:"events"`
}

func (o orderJSON) count(kind string) int {
	n := 0
	for _, e := range o.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (p *program) order(ctx context.Context, id string) (orderJSON, error) {
	var o orderJSON
	out, err := p.run(ctx, "order", id)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(out), &o); err != nil {
		return o, fmt.Errorf("packbench order %s: %w", id, err)
	}
	return o, nil
}

// syncLine is one line of `packbench sync --once`.
type syncLine struct {
	Kind    string `json:"kind"`
	OrderID string `json:"order_id"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

func (p *program) sync(ctx context.Context) ([]syncLine, error) {
	out, err := p.run(ctx, "sync", "--once")
	if err != nil {
		return nil, err
	}
	return jsonLines[syncLine](out)
}

// outboxLine is one line of `packbench outbox`.
type outboxLine struct {
	Kind    string `json:"kind"`
	OrderID string `json:"order_id"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
}

func (p *program) outbox(ctx context.Context) ([]outboxLine, error) {
	out, err := p.run(ctx, "outbox")
	if err != nil {
		return nil, err
	}
	return jsonLines[outboxLine](out)
}

// manifestLine is one line of `packbench manifest list`.
type manifestLine struct {
	ID       string `json:"id"`
	Carrier  string `json:"carrier"`
	SealedAt string `json:"sealed_at"`
}

func (p *program) manifests(ctx context.Context) ([]manifestLine, error) {
	out, err := p.run(ctx, "manifest", "list")
	if err != nil {
		return nil, err
	}
	return jsonLines[manifestLine](out)
}

func jsonLines[T any](text string) ([]T, error) {
	var all []T
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			return nil, fmt.Errorf("line %q: %w", strings.TrimSpace(line), err)
		}
		all = append(all, v)
	}
	return all, nil
}
