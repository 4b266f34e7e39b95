"""The default library: where it is, and the shipped corpus that it is first built from."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "VERBATIM_LIBRARY"


def default_path() -> Path:
    """`$VERBATIM_LIBRARY` where it is set, else a folder of the user's data directory."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("verbatim", appauthor=False) / "library"


def shipped_corpus() -> Path:
    """The folder of the corpus: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "corpus"
    return inside if inside.is_dir() else package.parent / "corpus"
