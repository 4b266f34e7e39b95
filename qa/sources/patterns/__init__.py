"""What words, dates and lines look like in any source: regular expressions, and the functions around them."""
