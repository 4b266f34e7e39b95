"""Verbatim: ask a text, get its own words back.

import qa

library = qa.build(["corpus/"], "library/")
answer = library.ask("Where are Leica lenses made?")
print(answer.text, "—", answer.quotes[0].source)
"""

from qa.answer import Answer, Place, Quote, Why
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
    VerbatimError,
)
from qa.generation import Status
from qa.library import Library, ask
from qa.sources import read
from qa.thread import Post, Thread

build = Library.build
open = Library.open

__all__ = [
    "Answer",
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
    "Status",
    "Thread",
    "VerbatimError",
    "Why",
    "ask",
    "build",
    "open",
    "read",
]
