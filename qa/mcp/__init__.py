"""A server of the Model Context Protocol: the library as tools for other programs."""
