"""The collections of a library on a server: which there are, and which nobody needs."""

from __future__ import annotations

from collections.abc import Collection as Names

from qa.search.milvus.connection import Connection
from qa.search.remote import Server, library_of


def drop_others(server: Server, library: str, needed: Names[str]) -> int:
    """Drop the collections of a library that are not needed; nobody else's is touched.

    Args:
        server: The server.
        library: What tells the library's collections apart.
        needed: The names of those that stay.

    Returns:
        How many were dropped.

    Raises:
        LibraryNotReadable: The server cannot be reached.
        SettingError: pymilvus is not installed.
    """
    connection = Connection(server)
    names = connection.call("list_collections")
    others = [name for name in names if library_of(name) == library and name not in needed]
    for name in others:
        connection.call("drop_collection", collection_name=name)
    connection.close()
    return len(others)
