package scores

import "github.com/aboveline/aboveline/events/framework"

// Parser reads a framework file as framework.Parse does; the name is for its
// errors. One that remembers what it has read saves much of the time of a fold that
// is made for one question only.
type Parser func(name string, source []byte) (*framework.Framework, error)

// NewWith is a fold that has seen no event and reads frameworks by parse.
func NewWith(parse Parser) *Fold {
	f := New()
	f.parse = parse
	return f
}

func (f *Fold) readFramework(name string, source []byte) (*framework.Framework, error) {
	if f.parse == nil {
		return framework.Parse(name, source)
	}
	return f.parse(name, source)
}
