"""Turns: questions that are asked on the page, with their answers, and the answers that are kept for a second look."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock

from qa.answering.answer import Answer
from qa.followup.turn import Turn as EarlierTurn
from qa.library.library import Library
from qa.web.error_text import error_text
from qa.web.log import log_question
from qa.web.post_labels import Numbers, number_posts
from qa.web.unanswered import Unanswered
from qa.web.voices import Voices, voices

SHOWN = 5  # passages of an answer
MOST_SHOWN = 500  # passages of a list of filters, however often more are asked for
_KEPT = 200  # answers: a page that is opened again looks each of its questions up once

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, or with its error.

    Attributes:
        question: The question, as it was typed.
        generation: The generation of the library that answered.
        answer: The answer; None after an error.
        numbers: Which comment each quote is from, as `post_labels.number_posts` says.
        error: What is wrong; None if nothing is.
        voices: What people say, if they were asked for and there are several.
    """

    question: str
    generation: str
    answer: Answer | None = None
    numbers: tuple[Numbers, ...] = ()
    error: str | None = None
    voices: Voices | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    """What an answer depends on."""

    generation: str
    question: str
    k: int
    history: tuple[EarlierTurn, ...]


class Turns:
    """Asks one library for all its visitors; thread-safe."""

    def __init__(self, library: Library, unanswered: Unanswered, *, log_questions: bool = False) -> None:
        """Take the library, what counts questions in vain, and whether the log has the questions themselves."""
        self._library = library
        self._unanswered = unanswered
        self._log_questions = log_questions
        self._kept: OrderedDict[_Key, Turn] = OrderedDict()
        self._lock = Lock()

    @property
    def library(self) -> Library:
        """The library that is asked."""
        return self._library

    def kept(self, question: str, k: int = SHOWN, history: Sequence[EarlierTurn] = ()) -> Turn | None:
        """The turn of a question that the present generation has answered before; None if it is not known any more.

        What a question was understood as is known too, as a question of its own.
        """
        key = _Key(self._library.status().generation, question, k, tuple(history))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def ask(self, question: str, k: int = SHOWN, history: Sequence[EarlierTurn] = ()) -> Turn:
        """Ask, in the light of the turns before; an error becomes part of the turn."""
        generation, begun = self._library.status().generation, time.monotonic()
        try:
            answer = self._library.ask(question, min(k, MOST_SHOWN), history=history)
            numbers = number_posts(self._library, answer.quotes)
            said = voices(self._library, answer.understood_as or question)
            turn = Turn(question, generation, answer, numbers, voices=said)
        except Exception as error:
            turn = Turn(question, generation, error=error_text(error))
        log_question(logger, question, turn.answer, begun, full=self._log_questions)
        if turn.answer is not None:
            with self._lock:
                self._keep(turn, turn.answer, k, history)
        return turn

    def _keep(self, turn: Turn, answer: Answer, k: int, history: Sequence[EarlierTurn]) -> None:
        """Keep an answered turn, and the same as that of a question that needs no history."""
        self._kept[_Key(turn.generation, turn.question, k, tuple(history))] = turn
        alone = answer.understood_as or turn.question
        answer = replace(answer, question=alone, understood_as=None)
        self._kept[_Key(turn.generation, alone, k, ())] = replace(turn, question=alone, answer=answer)
        self._unanswered.count(answer)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
