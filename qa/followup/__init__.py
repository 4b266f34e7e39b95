"""Follow-up questions: what of the conversation a question leaves unsaid."""
