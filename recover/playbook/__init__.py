"""Playbooks as text and as values: loading, conditions, lint, stories."""
