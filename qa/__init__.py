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
    LibraryNotReadable,
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
    from qa.library.ask import ask
    from qa.library.change_report import ChangeReport
    from qa.library.encode import EncodingReport, encode
    from qa.library.generation import Status
    from qa.library.history import GenerationInfo
    from qa.library.library import Library
    from qa.library.stored_vectors import VectorCounts
    from qa.sources.left_out import LeftOut
    from qa.sources.location import Location
    from qa.sources.read import FileReport, read

    build = Library.build
    open = Library.open

_MODULE_OF = {
    "Answer": "qa.answering.answer",
    "ChangeReport": "qa.library.change_report",
    "EncodingReport": "qa.library.encode",
    "FileReport": "qa.sources.read",
    "GenerationInfo": "qa.library.history",
    "LeftOut": "qa.sources.left_out",
    "Library": "qa.library.library",
    "Location": "qa.sources.location",
    "Place": "qa.answering.answer",
    "Quote": "qa.answering.answer",
    "Status": "qa.library.generation",
    "Why": "qa.answering.answer",
    "VectorCounts": "qa.library.stored_vectors",
    "ask": "qa.library.ask",
    "encode": "qa.library.encode",
    "read": "qa.sources.read",
}


def __getattr__(name: str) -> object:
    """Import the rest on first use: so the sandboxed process that reads files starts without numpy."""
    if name in ("build", "open"):
        value = getattr(import_module("qa.library.library").Library, name)
    elif name in _MODULE_OF:
        value = getattr(import_module(_MODULE_OF[name]), name)
    else:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "Answer",
    "ChangeReport",
    "EncodingReport",
    "FileReport",
    "GenerationInfo",
    "LanguageWarning",
    "LeftOut",
    "Library",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryError",
    "LibraryMismatch",
    "LibraryMissing",
    "LibraryNotReadable",
    "LibraryNotWritable",
    "Location",
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
    "VectorCounts",
    "VerbatimError",
    "Why",
    "ask",
    "build",
    "encode",
    "open",
    "read",
]
