"""Questions to the default library."""

from __future__ import annotations

from functools import cache
from typing import Unpack

from qa.answering.answer import Answer
from qa.library.earlier import History
from qa.library.library import Library
from qa.search.filters import FilterArguments


def ask(
    question: str,
    k: int = 5,
    *,
    history: History = (),
    search_syntax: bool = True,
    min_confidence: float | None = None,
    **only: Unpack[FilterArguments],
) -> Answer:
    """Ask the default library, which is built from the shipped corpus on first use.

    The arguments and errors are those of `Library.ask`, and those of `Library.default`.
    """
    return _default_library().ask(
        question, k, history=history, search_syntax=search_syntax, min_confidence=min_confidence, **only
    )


@cache
def _default_library() -> Library:
    return Library.default()
