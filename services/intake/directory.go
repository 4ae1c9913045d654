package intake

import (
	"context"
	"sync"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/api"
)

// directory remembers which programme an inspection belongs to, which never
// changes, so that the doors stay open while the database is away.
type directory struct {
	source Directory
	mu     sync.Mutex
	known  map[events.InspectionID]events.Programme
}

func newDirectory(d Directory) *directory {
	return &directory{source: d, known: map[events.InspectionID]events.Programme{}}
}

// programmeOf resolves an inspection; the error is a problem for the client.
func (d *directory) programmeOf(ctx context.Context, i events.InspectionID) (events.Programme, error) {
	d.mu.Lock()
	p, ok := d.known[i]
	d.mu.Unlock()
	if ok {
		return p, nil
	}
	p, ok, err := d.source.ProgrammeOf(ctx, i)
	if err != nil {
		return "", api.Errorf(api.Unavailable, "the database is away and this inspection was not seen before; try again later")
	}
	if !ok {
		return "", api.Errorf(api.NotFound, "no inspection has this id; open it first")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[i] = p
	return p, nil
}
