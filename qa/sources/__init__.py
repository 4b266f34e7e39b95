"""Files and texts in memory to threads of posts, and threads to files."""
