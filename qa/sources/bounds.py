"""The bounds that every reader of files keeps."""

MOST_BYTES = 200_000_000
"""The most bytes of a file, before and after decompression."""
MOST_MEMBERS = 50_000
"""The most files in an archive: a Maildir of many years, and far fewer than would take minutes to open."""
MOST_LAYERS = 3
"""The most archives around a file: an export that was zipped again when it was sent."""
