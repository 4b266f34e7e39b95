"""The servers that the user of this account has named, so that no library sends anything to another one.

A library's folder says where its vectors are, and may come from a stranger: whose server must get no question, and who
may not have a file of this machine opened. So an address counts once the user has named it: when they built a library,
in this process or an earlier one, or in an environment variable.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from qa.errors import LibraryNotReadable
from qa.library.defaults import data_folder
from qa.search.remote import URI_VARIABLE, Engine, Server, is_named

_MAX_BYTES = 100_000
_MOST = 100  # the last ones; an address has at most 500 characters


def remember(server: Engine | None) -> None:
    """Keep a server that the user has named, if it is one, for later commands.

    If it cannot be kept, they have to name it again.
    """
    if not isinstance(server, Server):
        return
    others = [uri for uri in _known() if uri != server.uri]
    with suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        temporary = _file().with_suffix(".new")
        temporary.write_text(json.dumps([*others, server.uri][-_MOST:]), encoding="utf-8")
        temporary.replace(_file())


def is_known(server: Server) -> bool:
    """Whether the user has named a server, in this process, in an earlier one or in the environment."""
    return is_named(server) or server.uri in _known()


def check_named(server: Server) -> None:
    """Check that the user has named a server. Raises LibraryNotReadable if they have not."""
    if not is_known(server):
        raise LibraryNotReadable(
            f"the library says that its vectors are at {server.uri!r}, which nobody has named on this account, and "
            f"what is asked or added would go there; if it is yours, set {URI_VARIABLE}={server.uri}; otherwise build "
            "the library again with --engine embedded"
        )


def _known() -> list[str]:
    try:
        with _file().open("rb") as stream:
            content = json.loads(stream.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    return [uri for uri in content if isinstance(uri, str)] if isinstance(content, list) else []


def _file() -> Path:
    return data_folder() / "servers.json"
