"""What was asked before a question, as callers give it, and what the question asks in its light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.answering.answer import Answer
from qa.errors import QuestionError
from qa.followup.features import LAST_TURNS
from qa.followup.turn import Turn
from qa.followup.understand import unsaid
from qa.search.query import MAX_CHARACTERS, Query, check_question

History = Sequence[str | tuple[str, str | None] | Answer | Turn]
"""Earlier questions, pairs of a question and the text that answered it (None if nothing did), answers, or turns."""

MOST_TURNS = 1_000
"""The longest history. Only its first turn and its last few are looked at."""


def in_light_of(history: History, query: Query, *, search_syntax: bool) -> tuple[Query, str | None]:
    """A query as it is asked after a history.

    Args:
        history: What was asked before, newest last.
        query: The query.
        search_syntax: Whether earlier questions may hold filters, which are no words that they ask with.

    Returns:
        The query with the words that it leaves unsaid, and the question that asks the same without a history; the query
        itself and None if it stands alone.

    Raises:
        QuestionError: The history is not one of questions, or is too long.
    """
    turns = earlier_turns(history, search_syntax=search_syntax)
    words = unsaid(query.text, turns) if query.text else ""
    if not words:
        return query, None
    return replace(query, text=f"{query.text} ({words})"), f"{query.raw.strip()} ({words})"


def earlier_turns(history: History, *, search_syntax: bool = True) -> list[Turn]:
    """The turns of a history that are looked at.

    Args:
        history: What was asked before, newest last.
        search_syntax: Whether the questions may hold filters.

    Raises:
        QuestionError: The history is not one of questions, or is too long.
    """
    if isinstance(history, (str, bytes)) or not isinstance(history, Sequence):
        raise QuestionError(f"a history is a list of earlier questions, not {str(history)[:40]!r}")
    if len(history) > MOST_TURNS:
        raise QuestionError(
            f"the history has {len(history):,} questions, the most is {MOST_TURNS:,}; give the last ones"
        )
    looked_at = history if len(history) <= LAST_TURNS else [history[0], *history[-LAST_TURNS:]]
    return [_turn(item, search_syntax) for item in looked_at]


def answered_turn(answer: Answer, *, search_syntax: bool = True) -> Turn:
    """The turn that an answer was; `search_syntax` is whether its question may hold filters."""
    title = answer.quotes[0].title if answer.quotes and answer.found else None
    asked = _words((answer.understood_as or answer.question)[:MAX_CHARACTERS], search_syntax)
    return Turn(asked, (answer.text or "")[:MAX_CHARACTERS] if answer.found else "", title or "")


def _turn(item: object, search_syntax: bool) -> Turn:
    if isinstance(item, Answer):
        return answered_turn(item, search_syntax=search_syntax)
    if isinstance(item, Turn):
        return Turn(item.question[:MAX_CHARACTERS], item.answer[:MAX_CHARACTERS], item.title[:MAX_CHARACTERS])
    if isinstance(item, str):
        return Turn(_words(item, search_syntax))
    if isinstance(item, (tuple, list)) and len(item) == 2:
        question, answer = item
        if answer is None or isinstance(answer, str):
            return Turn(_words(question, search_syntax), (answer or "")[:MAX_CHARACTERS])
    raise QuestionError(
        f"a history holds questions, pairs of a question and its answer, or answers, not {str(item)[:40]!r}"
    )


def _words(question: object, search_syntax: bool) -> str:
    """The words that an earlier question asked with; literally, if it has a filter that is not understood."""
    if not isinstance(question, str):
        raise QuestionError(f"an earlier question is a string, not {type(question).__name__}")
    checked = check_question(question)
    try:
        return Query.of(checked, {}, search_syntax=search_syntax).text
    except QuestionError:
        return checked
