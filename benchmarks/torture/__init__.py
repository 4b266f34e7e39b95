"""Breaks libraries and servers in every way that a disk, a power switch or a stranger can, and counts what is lost."""
