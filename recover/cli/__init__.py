"""Parses arguments, calls the desk, prints; maps errors to exit codes in one place."""
