"""Remote: where the indexes of a generation are, if they are not in its folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, get_args
from urllib.parse import urlsplit

from qa.errors import SettingError

EngineName = Literal["embedded", "milvus"]
URI_VARIABLE = "VERBATIM_MILVUS_URI"
TOKEN_VARIABLE = "VERBATIM_MILVUS_TOKEN"  # noqa: S105 (the name of a variable)
"""The environment variables that name a server, and the token for it."""
_FILE_END = ".db"
_FORMS = f"write http://HOST:PORT or https://HOST:PORT, or the name of a file that ends in {_FILE_END!r}"
_MOST_CHARACTERS = 500
# What Milvus allows in names, so that none needs quoting.
_DATABASE = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]{0,99})?")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_LIBRARY = re.compile(r"[0-9a-f]{16}")
_COLLECTION = re.compile(r"verbatim_([0-9a-f]{16})_[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Server:
    """A Milvus: a file of Milvus Lite, a server or a cluster.

    Attributes:
        uri: The path of a file that ends in ".db", or http:// or https:// with a host and a port; it holds no token.
        database: The name of the database there; empty for the default one.
    """

    uri: str
    database: str = ""

    @classmethod
    def named(cls, uri: str, database: str = "") -> Server:
        """The server that a user names.

        Args:
            uri: Its address; the path of a file may be relative.
            database: The name of the database there; empty for the default one.

        Raises:
            SettingError: The address or the name is not usable.
        """
        if not isinstance(uri, str) or not isinstance(database, str):
            raise SettingError(f"the address of Milvus is a string, not {str(uri)[:40]!r}")
        is_file = "://" not in uri
        server = cls(str(Path(uri).absolute()) if is_file and uri else uri.rstrip("/"), database)
        if (problem := server.problem()) is not None:
            shown = uri.rpartition("@")[2]  # a password may stand before it
            raise SettingError(f"{shown!r:.200} is not the address of a Milvus: {problem}")
        return server

    @property
    def is_file(self) -> bool:
        """Whether it is a file of Milvus Lite."""
        return "://" not in self.uri

    def problem(self) -> str | None:
        """What is wrong with the address; None if nothing is."""
        if len(self.uri) > _MOST_CHARACTERS or not self.uri.isprintable():
            return "it is too long, or has characters that are not seen"
        if not _DATABASE.fullmatch(self.database):
            return f"{self.database!r:.100} is not the name of a database: letters, digits and underscores"
        if self.is_file:
            is_usable = self.uri.endswith(_FILE_END) and Path(self.uri).is_absolute()
            return None if is_usable else _FORMS
        try:
            parts = urlsplit(self.uri)
            has_port = bool(parts.port)  # pymilvus takes 0 for none
        except ValueError:
            return "it cannot be read as an address"
        if parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
            return _FORMS
        if parts.username or parts.password or parts.query or parts.fragment or parts.path:
            return f"only a host and a port may stand in it; give the token in a file, or by ${TOKEN_VARIABLE}"
        if not _HOST.fullmatch(parts.hostname):
            return "write its host as a name or an IPv4 address, in ASCII: pymilvus reaches no others"
        return None


@dataclass(frozen=True, slots=True)
class Remote:
    """The collection that holds the vectors and words of a generation.

    Attributes:
        server: Where it is.
        library: What tells this library's collections from all others there.
        collection: Its name.
    """

    server: Server
    library: str
    collection: str

    def to_dict(self) -> dict[str, str]:
        """As a manifest has it."""
        return {
            "engine": "milvus",
            "uri": self.server.uri,
            "database": self.server.database,
            "library": self.library,
            "collection": self.collection,
        }

    @classmethod
    def from_dict(cls, content: object) -> Remote:
        """What a manifest says, whoever wrote it. Raises ValueError if it is not what `to_dict` gives."""
        if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
            raise ValueError("not the place of an index")
        remote = cls(Server(content["uri"], content["database"]), content["library"], content["collection"])
        if (
            content != remote.to_dict()
            or remote.server.problem() is not None
            or library_of(remote.collection) != remote.library
        ):
            raise ValueError("not the place of an index")
        return remote

    @classmethod
    def new(cls, server: Server, library: str) -> Remote:
        """The place of a new collection.

        Args:
            server: Where to make it.
            library: What tells this library's collections apart.
        """
        return cls(server, library, f"verbatim_{library}_{os.urandom(4).hex()}")


def new_library(known: object = None) -> str:
    """What tells a library's collections from all others: it as it is known, or a new one.

    Args:
        known: What was noted; None for a new library. Raises ValueError if that is no such thing.
    """
    if known is None:
        return os.urandom(8).hex()
    if not isinstance(known, str) or not _LIBRARY.fullmatch(known):
        raise ValueError(f"not the mark of a library: {known!r:.40}")
    return known


def library_of(collection: str) -> str | None:
    """The mark of the library that a collection belongs to; None if it is of another program."""
    match = _COLLECTION.fullmatch(collection)
    return None if match is None else match[1]


Engine = Server | Literal["embedded"]


class EngineArguments(TypedDict, total=False):
    """Where vectors and words go, as keyword arguments.

    `engine` is "milvus" or "embedded", None for where they are. `uri` is the address of the Milvus: a file that ends in
    ".db", or http:// or https:// with a host and a port; None for that in $VERBATIM_MILVUS_URI. `database` is the name
    of the database there, and `token` the token for it, which is never written to disk: later programs take it from the
    environment.
    """

    engine: EngineName | None
    uri: str | None
    database: str
    token: str


def chosen_engine(
    engine: EngineName | None = None, uri: str | None = None, database: str = "", token: str = ""
) -> Engine | None:
    """The engine that a user chooses.

    Args:
        engine: "embedded" or "milvus"; None for the one that the library has.
        uri: The address of the Milvus; None for the one in the environment variable.
        database: The name of the database there; empty for the default one.
        token: The token for it; empty for the one in the environment variable, or for none.

    Raises:
        SettingError: The choice is not understood.
    """
    if engine not in (None, *get_args(EngineName)):
        raise SettingError(f"engine={engine!r:.40} is not understood; it is 'embedded' or 'milvus'")
    if engine == "milvus":
        address = uri or os.environ.get(URI_VARIABLE)
        if not address:
            raise SettingError(
                "the engine 'milvus' needs an address: a file that ends in '.db', or http://HOST:PORT "
                f"(--uri, or ${URI_VARIABLE})"
            )
        server = Server.named(address, database)
        trust(server, token)
        return server
    if uri or database or token:
        raise SettingError("an address is one of the engine 'milvus': choose that engine too (--engine milvus)")
    return "embedded" if engine == "embedded" else None


_tokens: dict[str, str] = {}
"""The token of each server that the user of this process has named."""


def trust(server: Server, token: str = "") -> None:
    """Take note that the user of this process has named a server.

    Args:
        server: The server.
        token: The token for it; empty for none.
    """
    _tokens[server.uri] = token or _tokens.get(server.uri, "")


def is_named(server: Server) -> bool:
    """Whether the user has named a server, in this process or in the environment."""
    return server.uri in _tokens or server.uri == _uri_in_environment()


def token_for(server: Server) -> str:
    """The token for a server: the one that was given with it, or the one in the environment beside its address."""
    if _tokens.get(server.uri):
        return _tokens[server.uri]
    return os.environ.get(TOKEN_VARIABLE, "") if server.uri == _uri_in_environment() else ""


def _uri_in_environment() -> str:
    uri = os.environ.get(URI_VARIABLE, "")
    return uri.rstrip("/") if "://" in uri or not uri else str(Path(uri).absolute())
