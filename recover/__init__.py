"""Guided recovery of hijacked and mass-reported accounts: playbooks, an encrypted evidence log, appeal packets."""

__version__ = "0.1.0"
