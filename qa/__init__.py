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
from qa.sources.thread import Post, Thread

if TYPE_CHECKING:
    from qa.answering.answer import Answer, Place, Quote, Why
    from qa.library.generation import Status
    from qa.library.library import Library, ask
    from qa.sources.read import FileReport, read

    build = Library.build
    open = Library.open

_ROOMS = {
    "answering.answer": ("Answer", "Place", "Quote", "Why"),
    "library.generation": ("Status",),
    "library.library": ("Library", "ask"),
    "sources.read": ("FileReport", "read"),
}


def __getattr__(name: str) -> object:
    """Import the rest when it is asked for: the process that reads files needs none of it, and starts in no time."""
    if name in ("build", "open"):
        found = getattr(import_module("qa.library.library").Library, name)
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
    "FileReport",
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
