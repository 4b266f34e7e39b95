"""Plain text: sentences, normal forms, spelling, near-duplicates, language."""
