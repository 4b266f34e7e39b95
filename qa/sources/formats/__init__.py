"""One module a file format, each with `read(data, name)`: bytes to threads."""
