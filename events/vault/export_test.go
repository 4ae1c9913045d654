package vault

// ReadKeys is the lookup of keys, for a test of its plan.
const ReadKeys = readKeys
