// Package courier carries messages between Aboveline's processes: a watermill Publisher and Subscriber over NATS JetStream.
//
// # What is guaranteed
//
// Publish returns nil only when the stream has acknowledged every message. Several messages of one call are sent without
// waiting in between; if some fail, the error names them and the others are stored. The message's UUID is its Nats-Msg-Id:
// publishing again with the same UUID within the stream's duplicate window stores it once. An acknowledged message
// survives the death of the server process; whether it survives a power cut depends on the server's sync_interval and the
// stream's replicas. The publisher never drops what the server said: MetaSequence, MetaStream, MetaDuplicate and OnAck.
//
// Delivery is at least once. A message is acknowledged to the server after the handler called Ack and not before. Consumers
// are durable: they keep their place when nobody is subscribed. All subscribers of a group share the messages of a topic.
//
// # Order
//
// With MaxInFlight 1 a topic's messages are handed out one at a time in stream order, over all subscribers of the group, and
// a refused or lost message comes again before any later one. With MaxInFlight N up to N are out at once, for consumers
// that commit groups. They are handed out in stream order and numbered without gaps in MetaOrder, so a consumer whose
// handlers run concurrently (watermill's router starts a goroutine for each message) can put them back in order. A message
// that comes again, after Nack, after AckWait or from a subscriber that ended, comes behind those handed out meanwhile and
// has a new number. Several subscribers of a group see interleaved parts of the stream.
//
// # Headers
//
// Metadata and NATS headers are converted without loss both ways, including case, empty values, UTF-8 and arbitrary bytes.
// Header names are case-sensitive. What a NATS header cannot hold (control characters, white space at an end of a value,
// spaces or colons in a name) and names that the server acts on (Nats-*, Status, Description) are written as %XX; a message
// in which that was needed says so in the header Courier-Escaped, and only then is %XX read back. A header that a foreign
// client repeated has its first value in the metadata and all of them in MetaMultiple, read with Values, written with
// SetValues. Facts about a delivery are metadata whose keys begin with "courier:", which no header can.
//
// A stored message that cannot be converted, because its header block is malformed, goes to RejectFunc, by default into the
// stream PARKED; it never stops the others and is never lost. A message whose headers merely look like a server's status
// is an ordinary message here: this package sends its own pull requests and tells statuses by their subject, because the
// client library's iterators take such a message for the server's word and never deliver it.
//
// # Flow, life and death
//
// A subscription asks the server for as many messages as it has free places, so it never holds more than MaxInFlight
// messages and about MaxBytes. While a message is held the server gets a sign of life every third of AckWait; a slow handler
// keeps its message, and one that comes again nevertheless (the server restarted) is not handed out twice while it is held.
// A handler that never ends keeps its message for ever: bound handlers by a timeout.
//
// Subscriptions survive reconnects, server restarts and the loss of the consumer, which they create anew. A subscription
// ends when its context ends, when the subscriber is closed or when the connection is closed; its output channel is then
// closed, once, by the only goroutine that sends on it. Handlers have DrainTimeout to finish; what they do not finish goes
// back to the stream at once. Neither type closes the connection it was given. Close may be called any number of times.
//
// The package is tested with watermill's own suite (pubsub/tests) with MaxInFlight 1, claiming GuaranteedOrder, and with 64,
// without it; ConsumerGroups and Persistent hold for both, ExactlyOnceDelivery for neither.
package courier
