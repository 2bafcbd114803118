package hostfile

import "strings"

// isWindowsDevice tells whether Windows takes a path for a device or a pipe: what
// lies under \\.\ and, in any folder and with any extension, the names of old
// (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). Opening one of
// them waits, or talks to whoever is at the other end, and so does asking what it
// is. It is here and not in the file for Windows so that its test runs everywhere.
func isWindowsDevice(path string) bool {
	path = strings.ReplaceAll(path, "/", `\`)
	if rest, ok := strings.CutPrefix(path, `\\.\`); ok {
		return !isDrive(rest)
	}
	if rest, ok := strings.CutPrefix(path, `\\?\`); ok {
		// Names of old mean nothing here; the rest is a drive, a share or a device.
		return !isDrive(rest) && !strings.HasPrefix(strings.ToUpper(rest), `UNC\`)
	}
	if host, ok := strings.CutPrefix(path, `\\`); ok {
		if _, share, ok := strings.Cut(host, `\`); ok && isPipeShare(share) {
			return true
		}
	}
	last := path[strings.LastIndexAny(path, `\:`)+1:]
	if last == "" && strings.HasSuffix(path, ":") { // NUL:
		last = path[strings.LastIndexByte(path, '\\')+1 : len(path)-1]
	}
	name, _, _ := strings.Cut(last, ".")
	name = strings.ToUpper(strings.TrimRight(name, " "))
	switch name {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	port, isPort := strings.CutPrefix(name, "COM")
	if !isPort {
		port, isPort = strings.CutPrefix(name, "LPT")
	}
	return isPort && strings.Contains("0 1 2 3 4 5 6 7 8 9 ¹ ² ³", port) && port != "" && port != " "
}

// isDrive tells whether a path begins with a drive's letter and a backslash.
func isDrive(path string) bool {
	return len(path) > 2 && path[1] == ':' && path[2] == '\\' && 'A' <= path[0]&^0x20 && path[0]&^0x20 <= 'Z'
}

// isPipeShare tells the share under which another machine's pipes are.
func isPipeShare(share string) bool {
	name, _, _ := strings.Cut(strings.ToUpper(share), `\`)
	return name == "PIPE" || name == "MAILSLOT"
}
