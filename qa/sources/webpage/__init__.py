"""Saved web pages: parsing, finding the comments, and extracting the article and its metadata."""
