"""A turn of the conversation that a question follows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before.

    Attributes:
        question: The words that it asked with, filters taken out.
        answer: The words that answered it; empty if nothing did, or if they are not known.
        title: The title of the text that was quoted; empty if there is none.
    """

    question: str
    answer: str = ""
    title: str = ""
