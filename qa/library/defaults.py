"""The default library's folder, and the shipped corpus that it is first built from."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "VERBATIM_LIBRARY"


def default_path() -> Path:
    """`$VERBATIM_LIBRARY` if it is set, otherwise a folder in the user's data folder."""
    path = os.environ.get(VARIABLE)
    return Path(path) if path else data_folder() / "library"


def data_folder() -> Path:
    """The folder of this program in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("verbatim", appauthor=False)


def shipped_corpus() -> Path:
    """The folder of the corpus: inside the installed package, or next to it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "corpus"
    return installed if installed.is_dir() else package.parent / "corpus"
