"""Who may see what: profiles, the client's word, platforms, and the case as one reader sees it."""
