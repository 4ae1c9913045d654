package courier

import (
	"fmt"
	"strings"
)

// NoToken stands where a subject has a place for an identifier and there is none, as in
// submissions.<programme>._.<actor> for a submission that belongs to no inspection.
const NoToken = "_"

const upperHex = "0123456789ABCDEF"

// Token maps any string to one token of a NATS subject. Letters, digits, '-', '_', '~' and '=' stay; every other byte is
// written as %XX with upper-case digits. The empty string becomes NoToken and the string "_" becomes "%5F", so the
// mapping is one to one: Untoken(Token(s)) == s for every s. A token is at most three times as long as s.
func Token(s string) string {
	switch s {
	case "":
		return NoToken
	case NoToken:
		return "%5F"
	}
	n := 0
	for i := range len(s) {
		if !plainInToken(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 2*n)
	for i := range len(s) {
		if plainInToken(s[i]) {
			b.WriteByte(s[i])
			continue
		}
		writeEscape(&b, s[i])
	}
	return b.String()
}

// Tokens joins the tokens of several strings with dots, ready to be put behind a subject's prefix.
func Tokens(parts ...string) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(Token(p))
	}
	return b.String()
}

// Untoken is the inverse of Token. It refuses what Token never writes, so that two different tokens never mean the same
// string.
func Untoken(token string) (string, error) {
	if token == NoToken {
		return "", nil
	}
	s, ok := unescape(token)
	if !ok || Token(s) != token {
		return "", fmt.Errorf("courier: %q is not a subject token written by Token", token)
	}
	return s, nil
}

func plainInToken(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '_' || c == '~' || c == '='
}

func writeEscape(b *strings.Builder, c byte) {
	b.WriteByte('%')
	b.WriteByte(upperHex[c>>4])
	b.WriteByte(upperHex[c&15])
}

// unescape undoes %XX; false means that a '%' is not followed by two upper-case hexadecimal digits.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := strings.IndexByte(upperHex, s[i+1]), strings.IndexByte(upperHex, s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), true
}
