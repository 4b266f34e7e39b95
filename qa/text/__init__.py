"""What every room does with plain text: sentences, normal forms, spelling, near-duplicates, language."""
