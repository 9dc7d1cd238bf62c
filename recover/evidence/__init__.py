"""Intake of the outside world into exhibits."""
