package process

import (
	"io"
	"os"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

const (
	utf8CodePage = 65001
	// replaceUnknown makes a question mark of a character that the code page lacks.
	replaceUnknown = 0
)

// StderrText is where text for standard error is written. A host of 8-bit text, such
// as 1C:Enterprise, reads it in the code page of the console, or in the system's where
// there is no console (1251 or 866 in Russia). A console itself takes UTF-8, because
// Go's os.File converts for it.
func StderrText() io.Writer {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		return os.Stderr
	}
	page, err := windows.GetConsoleOutputCP()
	if err != nil || page == 0 {
		page = windows.GetACP()
	}
	if page == utf8CodePage {
		return os.Stderr
	}
	return &codePageWriter{os.Stderr, page}
}

// codePageWriter writes UTF-8 text in a code page. Each Write is whole characters.
type codePageWriter struct {
	out  io.Writer
	page uint32
}

func (w *codePageWriter) Write(text []byte) (int, error) {
	encoded := text
	if !isASCII(text) && utf8.Valid(text) {
		if inPage, err := encode(w.page, string(text)); err == nil {
			encoded = inPage
		}
	}
	if _, err := w.out.Write(encoded); err != nil {
		return 0, err
	}
	return len(text), nil
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var wideCharToMultiByte = windows.NewLazySystemDLL("kernel32.dll").NewProc("WideCharToMultiByte")

// encode converts text to a code page by WideCharToMultiByte, asking for the length
// first.
func encode(page uint32, text string) ([]byte, error) {
	wide, err := windows.UTF16FromString(text)
	if err != nil {
		return nil, err
	}
	wide = wide[:len(wide)-1] // without the NUL
	convert := func(out []byte) (int, error) {
		n, _, err := wideCharToMultiByte.Call(uintptr(page), replaceUnknown,
			uintptr(unsafe.Pointer(unsafe.SliceData(wide))), uintptr(len(wide)),
			uintptr(unsafe.Pointer(unsafe.SliceData(out))), uintptr(len(out)), 0, 0)
		if n == 0 {
			return 0, err
		}
		return int(n), nil
	}
	n, err := convert(nil)
	if err != nil {
		return nil, err
	}
	out := make([]byte, n)
	_, err = convert(out)
	return out, err
}
