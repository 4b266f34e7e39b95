"""Threads of posts from files and texts in memory, and the JSON that they are exported to."""
