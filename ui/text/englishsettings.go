package text

import "maps"

func init() { maps.Copy(englishWords, englishSettings) } // before any window is made

// englishSettings are the words of the screen of the connected shops.
var englishSettings = map[string]string{
	"nav.shop":                 "Shop",
	"settings.shops":           "Connected shops",
	"settings.none":            "None. Orders come from files; connect a shop and they come in by themselves.",
	"settings.unnamed":         "Shop",
	"settings.life":            "Authorized by the seller until {at}. Its tokens renew themselves.",
	"settings.life.none":       "Connected. How long the authorization lasts is not known.",
	"settings.soon":            "The authorization ends on {at}, in {span}: press Connect before that day.",
	"settings.over":            "The authorization has ended: press Connect. Packing goes on meanwhile.",
	"settings.dead":            "{why} Press Connect. Packing goes on meanwhile.",
	"settings.off":             "Disconnect",
	"settings.off.sure":        "Yes, and restart",
	"settings.secrets":         "Secrets",
	"settings.vault":           "Tokens and app secret are sealed; their key is in {where}.",
	"settings.station":         "This station",
	"settings.file":            "Change it in {file}, then start Packbench again. A wrong line is named.",
	"settings.connect":         "Connect a shop",
	"settings.more":            "Connect again, or another",
	"settings.open":            "A new link",
	"settings.all":             "All of them",
	"settings.again":           "Start again now",
	"settings.cancel":          "Cancel",
	"settings.use":             "Use it",
	"settings.paste":           "Paste the code, or the address",
	"settings.idle":            "Connect a shop",
	"settings.idle.text":       "A page opens in the browser: log in as the shop’s owner and let the app in. Packing goes on meanwhile.",
	"settings.waiting":         "Waiting for the browser",
	"settings.waiting.text":    "Log in as the shop’s owner and let the app in; this screen goes on by itself. No page? Open this link, on any computer:",
	"settings.deaf":            "Open this link, on any computer, log in as the shop’s owner and let the app in. Then paste here what the address line shows:",
	"settings.asking":          "Asking the Seller Center …",
	"settings.asking.text":     "A few seconds. Packing goes on meanwhile.",
	"settings.choose":          "Which shops does this bench pack?",
	"settings.choose.text":     "The authorization holds several.",
	"settings.done":            "Connected",
	"settings.done.text":       "The new authorization is in use at once. Nothing else has to be done.",
	"settings.restart":         "Connected – start again",
	"settings.restart.text":    "Orders of the new shop come in once Packbench has started again. Nothing in hand is lost; it takes some seconds.",
	"settings.missing":         "A shop cannot be connected yet",
	"settings.supervisor":      "A supervisor connects shops",
	"settings.supervisor.text": "Scan a supervisor’s badge; then this button works.",
}
