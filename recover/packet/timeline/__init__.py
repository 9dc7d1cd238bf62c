"""The timeline: its rows, as a table, and as lines for Timesketch."""
