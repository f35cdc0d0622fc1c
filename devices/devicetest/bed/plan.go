package bed

// PlanFile is where the inner computer finds its plan.
const PlanFile = "/plan.json"

// Plan is what the inner computer does between its start and its end. Some steps run at a time, begun in this order, those without
// the device manager first.
type Plan struct {
	Modules []Module // in the order in which they are loaded
	Steps   []Step
}

// Module is a driver of the kernel.
type Module struct {
	File string // path inside
	Args string // "num=4"
}

// Step is one compiled test that runs inside.
type Step struct {
	Name string // of the package; unique
	File string // path inside
	Args []string
	Env  []string
	Udev bool // the device manager runs, as on a desk; otherwise there is none, as in a container
}

// What the inner computer says: a word, the step's name, and a text.
const (
	lineSaid = "@say"  // one line of what a test printed
	lineExit = "@exit" // the step has ended; the text is empty if it passed
	lineEnd  = "@end"  // the last line
)

// SaidLine, ExitLine and EndLine are what the inner computer prints.
func SaidLine(step, text string) string { return lineSaid + " " + step + " " + text }

// ExitLine ends a step; problem is empty if it passed.
func ExitLine(step, problem string) string { return lineExit + " " + step + " " + problem }

// EndLine is the last line.
func EndLine() string { return lineEnd }
