// Package local runs what Aboveline needs from elsewhere on one machine: a NATS server inside the process and a private
// Postgres server beside it. With URLs of existing servers it uses those instead; nothing else in Aboveline can tell.
//
// # NATS
//
// The embedded server keeps everything under one directory: lock, jetstream/ and the credentials services.nk and
// clients.nk. The server itself does not notice a second server on the same store and both would acknowledge messages, so
// the directory is locked (flock) for the life of the process; a second start fails with IsLocked and names who has it.
//
// Acknowledged messages survive the death of the process. The store is synced to disk every 100 ms, so a power cut can
// lose the last 100 ms of acknowledged messages; that is why only a receipt, and never a publish acknowledgement, tells a
// client that an entry is recorded.
//
// Nothing works without credentials. There are two identities, made as nkeys at the first start; each file holds the
// secret seed, has mode 0600, and is read by nats.go (NkeyOptionFromSeed), by courier.Connect and by the command line tool
// (nats --nkey FILE). They live in two accounts, so that neither hears the other's subjects:
//
//   - services may publish and subscribe to everything in its account, which is where the streams are;
//   - clients may publish to intake.submit and subscribe to _INBOX.> to read the answers, and nothing else: no streams, no
//     JetStream API, no other subject. The request crosses into the services' account and only its answer comes back.
//
// Everyone with the clients' credentials shares one account: they can read each other's answers, but neither requests nor
// the bearer tokens in them. Losing the file does not open the door, since intake asks for a token of its own.
//
// The server listens on a loopback address or, with TLS files, on any; port 0 takes a free one. Our own services connect
// within the process. Payloads may have 8 MiB.
//
// # Order of start and stop
//
// Start brings up NATS, then Postgres. Stop, which the caller calls after its services have stopped, closes the NATS
// connections that the stack handed out, then NATS, so that nothing new is accepted, then Postgres. Stop and start again on
// the same directory loses nothing.
package local
