"""The options that choose where a library's vectors and words go."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

from qa.errors import SettingError
from qa.search.remote import TOKEN_VARIABLE, URI_VARIABLE, EngineName


def add_engine_options(command: argparse.ArgumentParser) -> None:
    """Add the options to a command that builds a library."""
    command.add_argument(
        "--engine",
        choices=get_args(EngineName),
        help="where vectors and words are stored: in the library's folder or in Milvus "
        "(default: unchanged; a new library uses its folder)",
    )
    command.add_argument(
        "--uri",
        help="with --engine milvus: a file that ends in .db, or http:// or https:// with a host and a port "
        f"(default: ${URI_VARIABLE})",
    )
    command.add_argument(
        "--database", metavar="NAME", default="", help="the Milvus database (default: the server's default)"
    )
    command.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="a file with the server's token "
        f"(default: ${TOKEN_VARIABLE}, if the server is the one in ${URI_VARIABLE})",
    )


def engine_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say, as `Library.build` takes it. Raises SettingError if the token cannot be read."""
    return {
        "engine": options.engine,
        "uri": options.uri,
        "database": options.database,
        "token": _token(options.token_file),
    }


def _token(file: Path | None) -> str:
    """The token in a file; empty if none is named."""
    try:
        return "" if file is None else file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"the token in {str(file)!r} cannot be read: {error}") from error
