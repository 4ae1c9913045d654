package framework

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// MaxSource is the largest framework file in bytes that [Parse] takes.
const MaxSource = 4 << 20

var byteOrderMark = []byte("\xef\xbb\xbf")

// readable looks at the bytes before anything parses them, and gives the text
// without a byte order mark and with plain line ends; neither moves a column.
// It reports and returns false when they are no text that a framework could be
// read from.
func readable(f *findings, source []byte) (string, bool) {
	start := place{1, 1}
	switch {
	case len(source) > MaxSource:
		f.add(start, "", "the file has %d bytes; a framework has at most %d", len(source), MaxSource)
		return "", false
	case bytes.HasPrefix(source, []byte("\xff\xfe")), bytes.HasPrefix(source, []byte("\xfe\xff")):
		f.add(start, "", "the file is UTF-16; save it as UTF-8")
		return "", false
	}
	text := bytes.TrimPrefix(source, byteOrderMark)
	if len(bytes.TrimSpace(text)) == 0 {
		f.add(start, "", "the file is empty; a framework starts with meta, outcomes, sections, criteria and questions")
		return "", false
	}
	if at, message := firstBadByte(text); message != "" {
		f.add(at, "", "%s", message)
		return "", false
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n"), true
}

// firstBadByte finds what is no text: invalid UTF-8, and control characters
// other than tab and line ends.
func firstBadByte(text []byte) (place, string) {
	at := place{1, 1}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return at, "the file is not UTF-8 from here on; save it as UTF-8"
		case r == '\n':
			at = place{at.line + 1, 0}
		case r == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			return at, "a line ends in a carriage return alone; end lines with LF or CRLF"
		case r < ' ' && r != '\t' && r != '\r', r == 0x7f:
			return at, "a control character; a framework is plain text"
		}
		i += size
		at.column++
	}
	return place{}, ""
}
