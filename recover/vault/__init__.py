"""Keys, sealing, logs and their proofs on a store; knows bytes and kinds, not playbooks."""
