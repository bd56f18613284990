"""Orders from decision to final state: `book` what the broker says, `intents` what we mean, `sender` the way out,
`automation` what is made of a level that was hit, `reconcile` what a start must know first."""
