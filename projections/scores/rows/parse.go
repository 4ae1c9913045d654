package rows

import (
	"crypto/sha256"
	"sync"

	"github.com/aboveline/aboveline/events/framework"
)

// parser remembers framework files by their content.
type parser struct {
	mu     sync.Mutex
	parsed map[[sha256.Size]byte]*framework.Framework
}

// parse is framework.Parse, which works for milliseconds, done once for each
// content as long as it is kept. Files that have problems are not kept.
func (p *parser) parse(name string, source []byte) (*framework.Framework, error) {
	sum := sha256.Sum256(source)
	p.mu.Lock()
	fw, ok := p.parsed[sum]
	p.mu.Unlock()
	if ok {
		return fw, nil
	}
	fw, err := framework.Parse(name, source)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept, ok := p.parsed[sum]; ok {
		return kept, nil
	}
	for old := range p.parsed {
		if len(p.parsed) < maxParsed {
			break
		}
		delete(p.parsed, old)
	}
	p.parsed[sum] = fw
	return fw, nil
}

// Parse is framework.Parse; the reader remembers the frameworks that it read.
func (r *Reader) Parse(name string, source []byte) (*framework.Framework, error) {
	return r.frameworks.parser.parse(name, source)
}
