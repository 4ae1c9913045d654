package intake

import (
	"context"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/identity"
)

// The NATS door: a request on DoorSubject with the same submission as over HTTP,
// the token in the header Authorization and the inspection in HeaderInspection.
// The answer is the same JSON; HeaderStatus tells what would be the HTTP status.
const (
	DoorSubject      = "intake.submit"
	HeaderInspection = "Aboveline-Inspection"
	HeaderStatus     = "Aboveline-Status"
	doorQueue        = "intake"
	// doorsOpen bounds the requests that are handled at once; more wait in the
	// subscription's buffer.
	doorsOpen = 256
)

// ServeNATS opens the NATS door until the context ends. Several intakes share the
// work: each request is handled by one of them.
func (in *Intake) ServeNATS(ctx context.Context) error {
	free := make(chan struct{}, doorsOpen)
	sub, err := in.nc.QueueSubscribe(DoorSubject, doorQueue, func(m *nats.Msg) {
		free <- struct{}{}
		go func() {
			defer func() { <-free }()
			in.serve(ctx, m)
		}()
	})
	if err != nil {
		return err
	}
	<-ctx.Done()
	if err := sub.Drain(); err != nil {
		return err
	}
	for range doorsOpen { // every request that was taken in is answered
		free <- struct{}{}
	}
	return nil
}

func (in *Intake) serve(ctx context.Context, m *nats.Msg) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), in.wait+5*time.Second)
	defer cancel()
	r, err := in.submitNATS(ctx, m)
	var (
		status int
		body   any
	)
	if err != nil {
		p, ok := api.IsProblem(err)
		if !ok {
			p = api.Errorf(api.Internal, "something went wrong on our side; it was logged")
		}
		status, body = p.Status, p
	} else {
		status, body = r.Status, r.Body
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return
	}
	out := nats.NewMsg(m.Reply)
	out.Header.Set(HeaderStatus, strconv.Itoa(status))
	out.Data = payload
	_ = m.RespondMsg(out) // the caller may have gone; it will send again
}

func (in *Intake) submitNATS(ctx context.Context, m *nats.Msg) (*reply, error) {
	token, err := identity.Bearer(m.Header.Values("Authorization"))
	if err != nil {
		return nil, api.Errorf(api.Unauthenticated, "send a bearer token in the header Authorization")
	}
	who, err := in.verifier.Verify(ctx, token)
	if err != nil {
		return nil, api.Errorf(api.Unauthenticated, "the token is not accepted")
	}
	i := events.InspectionID(m.Header.Get(HeaderInspection))
	if i == "" {
		return nil, api.Errorf(api.BadRequest, "name the inspection in the header %s", HeaderInspection)
	}
	if len(m.Data) > api.BodyLimit {
		return nil, api.Errorf(api.TooLarge, "a submission has at most %d bytes", api.BodyLimit)
	}
	return in.submitTo(ctx, who, i, m.Data)
}
