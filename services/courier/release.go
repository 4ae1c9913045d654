package courier

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Release gives back to a topic of Standard what the subscribers of a group still hold: the consumer is removed, and the
// next subscription creates it anew. From a work queue everything that was not acknowledged then comes again at once and
// in the order of the stream, not after AckWait and behind newer messages. MetaDelivered begins at 1 again.
//
// It is for whoever knows that no subscriber of the group is running, as after a crash of the only one.
func Release(ctx context.Context, js jetstream.JetStream, group, topic string) error {
	route, err := Standard().Find(topic)
	if err != nil {
		return err
	}
	name := (&Subscriber{cfg: SubscriberConfig{Group: group}}).durable(topic)
	err = js.DeleteConsumer(ctx, route.Stream, name)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("courier: releasing consumer %q of stream %q: %w", name, route.Stream, err)
	}
	return nil
}
