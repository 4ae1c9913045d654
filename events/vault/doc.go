// Package vault keeps one secret key per person and seals text about that person
// with it, so that erasing the person means destroying one key.
//
// The recorder seals notes before an event is encoded and hashed: the ledger holds
// [events.Sealed], and once the key is destroyed the text is gone from the ledger
// and every copy of it while all proofs stay whole. The same key makes the digest
// that tells a resent entry from another entry under the same id, so that an
// erased note cannot be guessed from its digest.
//
// Guarantees:
//
//   - A person has one key per programme, whichever process asks first: [Vault.Keys]
//     may be called by any number of processes at once. A key that Keys returned
//     is committed.
//   - A sealed text opens only as the field of the event it was sealed for
//     ([AAD]), under the key it names, unaltered.
//   - A destroyed key never comes back and the person never gets another one:
//     [Vault.Keys] and [Vault.Open] fail, see [IsErased]. Open asks the database
//     every time. Keys may serve a key from memory for up to [CacheFor] after it was
//     destroyed: what is sealed in that time is erased from the start.
//   - A process with another master key than the one that the vault was begun
//     with fails at [Vault.Check], or at its first Keys, before it can wrap a key
//     that nobody else could unwrap.
//   - Neither a [MasterKey] nor a [Key] shows its bytes to fmt or slog.
//
// The bytes are specified in FORMAT.md. The tables, vault.keys and vault.master,
// are made by the migrations of events/ledger. No goroutines.
package vault
