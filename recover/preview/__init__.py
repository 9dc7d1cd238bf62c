"""Playbooks for people who read no YAML: one handout with every screen and letter, as HTML or PDF."""
