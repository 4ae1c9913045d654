package courier

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// escapedHeader marks a message whose header names and values are written with %XX escapes. It is present only where
// something needed one. Messages without it are read as they are, so foreign headers with a '%' stay what they were.
const escapedHeader = "Courier-Escaped"

// emptyName stands for the empty key; no other key is escaped to it.
const emptyName = "%"

// errHeader is why a message cannot be converted: the client library could not parse its header block.
var errHeader = errors.New("header block cannot be parsed")

// toHeader turns a message's metadata into NATS headers. Names the server or the client gives a meaning to (Nats-*,
// Status, Description) are escaped: metadata must never set a TTL, a rollup or an expectation by accident.
func toHeader(msg *message.Message) (nats.Header, error) {
	many := multiple(msg.Metadata)
	header := make(nats.Header, len(msg.Metadata)+2)
	escaped := false
	for key, value := range msg.Metadata {
		if strings.HasPrefix(key, metaPrefix) {
			continue
		}
		values, ok := many[key]
		if !ok {
			values = []string{value}
		}
		header[key] = values
		escaped = escaped || !plainName(key) || slices.ContainsFunc(values, func(v string) bool { return !plainValue(v) })
	}
	if escaped {
		header = escapeHeader(header)
	}
	if msg.UUID != "" {
		if !plainValue(msg.UUID) {
			return nil, fmt.Errorf("UUID %q has control characters, invalid UTF-8 or white space at an end", msg.UUID)
		}
		header[jetstream.MsgIDHeader] = []string{msg.UUID}
	}
	return header, nil
}

func escapeHeader(header nats.Header) nats.Header {
	out := make(nats.Header, len(header)+2)
	for key, values := range header {
		escaped := make([]string, len(values))
		for i, v := range values {
			escaped[i] = escapeValue(v)
		}
		out[escapeName(key)] = escaped
	}
	out[escapedHeader] = []string{"1"}
	return out
}

// toMetadata is the inverse of toHeader; it takes any header. The message's UUID is the first Nats-Msg-Id; it stays in the
// metadata only when the header was repeated.
func toMetadata(header nats.Header) (uuid string, md message.Metadata) {
	_, escaped := header[escapedHeader]
	md = make(message.Metadata, len(header)+8)
	many := url.Values{}
	for name, values := range header {
		if len(values) == 0 || (escaped && name == escapedHeader) {
			continue
		}
		if name == jetstream.MsgIDHeader {
			uuid = values[0]
			if len(values) == 1 {
				continue
			}
		}
		key := name
		if escaped {
			key, values = unescapeHeader(name, values)
		}
		md[key] = values[0]
		if len(values) > 1 {
			many[key] = values
		}
	}
	setMultiple(md, many)
	return uuid, md
}

// unescapeHeader undoes escapeHeader for one header. What the courier never writes is kept as it came, and so is a name
// that would read as one of the courier's own keys.
func unescapeHeader(name string, values []string) (string, []string) {
	key, ok := unescape(name)
	if name == emptyName {
		key, ok = "", true
	}
	if !ok || escapeName(key) != name || strings.HasPrefix(key, metaPrefix) {
		return name, values
	}
	out := make([]string, len(values))
	for i, v := range values {
		plain, ok := unescape(v)
		if !ok || escapeValue(plain) != v {
			plain = v
		}
		out[i] = plain
	}
	return key, out
}

// plainName reports whether a metadata key can be a header name as it is: printable ASCII without the characters that
// nats.go refuses, without '%', and not a name with a meaning.
func plainName(key string) bool {
	if key == "" || key == escapedHeader || reserved(key) {
		return false
	}
	for i := range len(key) {
		if !plainInName(key[i]) {
			return false
		}
	}
	return true
}

// reserved reports whether the server or nats.go acts on a header of this name.
func reserved(key string) bool {
	return len(key) >= 5 && strings.EqualFold(key[:5], "Nats-") ||
		strings.EqualFold(key, "Status") || strings.EqualFold(key, "Description")
}

func plainInName(c byte) bool {
	return c > 32 && c < 127 && !strings.ContainsRune("\"()/,:;<=>?@[\\]{}%", rune(c))
}

// plainValue reports whether nats.go sends and reads a value unchanged.
func plainValue(v string) bool {
	if !utf8.ValidString(v) || strings.Trim(v, " \t") != v {
		return false
	}
	for i := range len(v) {
		if v[i] < 32 || v[i] == 127 {
			return false
		}
	}
	return true
}

func escapeName(key string) string {
	var b strings.Builder
	for i := range len(key) {
		if plainInName(key[i]) && (i > 0 || key != escapedHeader && !reserved(key)) {
			b.WriteByte(key[i])
			continue
		}
		writeEscape(&b, key[i])
	}
	if b.Len() == 0 {
		return emptyName
	}
	return b.String()
}

func escapeValue(v string) string {
	valid := utf8.ValidString(v)
	var b strings.Builder
	for i := range len(v) {
		c := v[i]
		edge := (i == 0 || i == len(v)-1) && c == ' '
		if c < 32 || c == 127 || c == '%' || edge || c >= 128 && !valid {
			writeEscape(&b, c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
