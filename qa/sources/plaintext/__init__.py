"""A page that was copied or saved as text, taken apart into the article and its comments."""
