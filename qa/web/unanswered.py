"""Unanswered: counts what has been asked of a library and not found, for whoever can add texts to it."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from qa.answering.answer import Answer

_KEPT, _SHOWN = 1_000, 30  # questions; kept in memory only, since they may be private


class Unanswered:
    """Counts since the server's start, whoever asks: the page or a program; thread-safe."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, answer: Answer) -> None:
        """Count the question of an answer that was not found, and forget it if it is found now."""
        question = answer.understood_as or answer.question
        with self._lock:
            if answer.found:
                self._counts.pop(question, None)  # other texts answer it now
            elif question in self._counts or len(self._counts) < _KEPT:
                self._counts[question] += 1

    def most_asked(self) -> list[tuple[str, int]]:
        """The questions that the texts do not answer, with how often each was asked, most often first."""
        with self._lock:
            return self._counts.most_common(_SHOWN)
