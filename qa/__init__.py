"""Verbatim: ask a text, get its own words back.

import qa

library = qa.build(["corpus/"], "library/")
answer = library.ask("Where are Leica lenses made?")
print(answer.text, "—", answer.quotes[0].source)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from qa.errors import (
    LanguageWarning,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMismatch,
    LibraryMissing,
    LibraryNotWritable,
    ModelError,
    QuestionError,
    SettingError,
    SourceError,
    SourceWarning,
    VerbatimError,
)
from qa.thread import Post, Thread

if TYPE_CHECKING:
    from qa.answer import Answer, Place, Quote, Why
    from qa.generation import Status
    from qa.library import Library, ask
    from qa.sources import Fate, read

    build = Library.build
    open = Library.open

_ROOMS = {
    "answer": ("Answer", "Place", "Quote", "Why"),
    "generation": ("Status",),
    "library": ("Library", "ask"),
    "sources": ("Fate", "read"),
}


def __getattr__(name: str) -> object:
    """Import the rest when it is asked for: the process that reads files needs none of it, and starts in no time."""
    if name in ("build", "open"):
        found = getattr(import_module("qa.library").Library, name)
    else:
        room = next((room for room, names in _ROOMS.items() if name in names), None)
        if room is None:
            raise AttributeError(f"module 'qa' has no attribute {name!r}")
        found = getattr(import_module(f"qa.{room}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "Answer",
    "Fate",
    "LanguageWarning",
    "Library",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryError",
    "LibraryMismatch",
    "LibraryMissing",
    "LibraryNotWritable",
    "ModelError",
    "Place",
    "Post",
    "QuestionError",
    "Quote",
    "SettingError",
    "SourceError",
    "SourceWarning",
    "Status",
    "Thread",
    "VerbatimError",
    "Why",
    "ask",
    "build",
    "open",
    "read",
]
