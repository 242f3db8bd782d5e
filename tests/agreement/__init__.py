"""Our judgement beside that of independent programs, on the same input."""
