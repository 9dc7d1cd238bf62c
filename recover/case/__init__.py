"""What a case knows, what comes next and what is due: pure functions over entries."""
