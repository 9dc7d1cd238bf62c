"""Pictures: the timeline to scale, the accounts and what happened to them, who was admin when; no format yet."""
