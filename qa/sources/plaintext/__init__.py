"""Pages that were copied or saved as plain text, split into the article and its comments."""
