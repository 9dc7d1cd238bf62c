"""From entries to what leaves: view, redaction, letters, timeline, manifest, formats."""
