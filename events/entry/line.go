package entry

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// Line is one line of a file of entries (NDJSON).
type Line struct {
	// N counts the lines of the file from 1, blank ones included.
	N int
	// Raw is the line without its end and surrounding white space, for [Decode].
	// The caller may keep it.
	Raw []byte
}

// LineError says which line of a file could not be read. Its cause is a
// [*FieldError], or the error of the reader.
type LineError struct {
	N   int
	Err error
}

// Error implements error.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.N, e.Err) }

// Unwrap gives the cause.
func (e *LineError) Unwrap() error { return e.Err }

// Lines reads a file of entries line by line, in memory bounded by the longest
// line allowed: maxLine bytes without the line's end, [MaxEntryBytes] if maxLine is
// 0 or less. Blank lines are passed over, as is a byte order mark at the start;
// lines may end in CR LF. A line that is too long or not UTF-8 is reported as a
// [*LineError] with its number in the Line as well, and reading goes on behind it.
// After an error of r itself, also reported as a *LineError, reading ends.
func Lines(r io.Reader, maxLine int) iter.Seq2[Line, error] {
	if maxLine <= 0 {
		maxLine = MaxEntryBytes
	}
	return func(yield func(Line, error) bool) {
		l := lineReader{in: bufio.NewReaderSize(r, 64<<10), limit: maxLine}
		for n := 1; ; n++ {
			raw, size, err := l.next(n == 1)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Line{N: n}, &LineError{n, fmt.Errorf("entry: read: %w", err)})
				return
			}
			end := err != nil
			line, fault := judge(n, raw, size, maxLine)
			if fault != nil {
				if !yield(Line{N: n}, &LineError{n, fault}) {
					return
				}
			} else if len(line.Raw) > 0 && !yield(line, nil) {
				return
			}
			if end {
				return
			}
		}
	}
}

// judge trims a line and says what is wrong with it.
func judge(n int, raw []byte, size, limit int) (Line, *FieldError) {
	switch {
	case size > limit:
		return Line{N: n}, lineFault(CodeTooLong, fmt.Sprintf("has %d bytes: give at most %d", size, limit))
	case !utf8.Valid(raw):
		return Line{N: n}, lineFault(CodeMalformed, "is not valid UTF-8: save the file as UTF-8")
	}
	return Line{N: n, Raw: bytes.Clone(bytes.Trim(raw, " \t\r"))}, nil
}

// lineFault is the refusal of a whole line.
func lineFault(code, message string) *FieldError {
	return &FieldError{Code: code, Message: "the line " + message}
}

// lineReader cuts the input into lines, forgetting what goes beyond the limit.
type lineReader struct {
	in    *bufio.Reader
	limit int
	buf   []byte
}

const byteOrderMark = "\uFEFF"

// slack is what a line may hold beyond the limit: a byte order mark and a CR.
const slack = len(byteOrderMark) + 1

// next reads one line. raw is the line, or as much as matters of one that is
// longer than the limit; size is its whole length. Both are without the line's end.
func (l *lineReader) next(first bool) (raw []byte, size int, err error) {
	l.buf = l.buf[:0]
	cr := false // the last byte read so far
	for {
		part, err := l.in.ReadSlice('\n')
		complete := err == nil
		if complete {
			part = part[:len(part)-1]
		}
		size += len(part)
		if room := l.limit + slack - len(l.buf); room > 0 {
			l.buf = append(l.buf, part[:min(len(part), room)]...)
		}
		if len(part) > 0 {
			cr = part[len(part)-1] == '\r'
		}
		if complete && cr {
			size--
			l.buf = l.buf[:min(len(l.buf), size)]
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if raw, ok := bytes.CutPrefix(l.buf, []byte(byteOrderMark)); first && ok {
			return raw, size - len(byteOrderMark), err
		}
		return l.buf, size, err
	}
}
