"""The conversation, questions and answers, as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.answering import question_type
from qa.answering.answer import Answer
from qa.answering.escape import escaped, isolated
from qa.library.library import Library
from qa.search.filters import left_out_message
from qa.web.cards import SCORE_MEANS, card
from qa.web.error_text import error_text
from qa.web.post_labels import label_posts

QUESTION_SHOWN = 400  # characters; a longer question is cut, and the page says so


@dataclass(frozen=True)
class Turn:
    """A question with its answer, its error, or neither while it is pending.

    `labels` name the post of each quote, as `post_labels.label_posts` does.
    """

    question: str
    answer: Answer | None = None
    labels: tuple[str, ...] = ()
    error: str | None = None
    generation: str = ""


def answer_turn(library: Library, question: str) -> Turn:
    """Ask the library; an error becomes part of the turn."""
    generation = library.status().generation
    try:
        answer = library.ask(question)
        return Turn(question, answer, label_posts(library, answer.quotes), generation=generation)
    except Exception as error:
        return Turn(question, error=error_text(error), generation=generation)


def conversation(turns: Sequence[Turn], examples: Sequence[str] = ()) -> str:
    """Draw all turns, oldest first; without any, a welcome and the example questions."""
    if turns:
        return "".join(
            _updated(before, turn) + _turn(turn, number)
            for number, (before, turn) in enumerate(pairwise((turns[0], *turns)))
        )
    buttons = "".join(
        f'<li><button type="button" class="outlined" data-example>{escaped(text)}</button></li>' for text in examples
    )
    return (
        '<section class="welcome"><p>Ask a question. The answer is quoted word for word, with who said it and where. '
        "If the text does not answer, the page says so.</p>"
        + (f"<h2>For example</h2><ul>{buttons}</ul>" if buttons else "")
        + "</section>"
    )


def _updated(before: Turn, turn: Turn) -> str:
    if turn.generation in ("", before.generation):
        return ""
    return '<p class="updated">The library was updated here. The answers above quote the earlier texts.</p>'


def _turn(turn: Turn, number: int) -> str:
    return (
        f'<section class="turn" aria-label="Question {number + 1}">'
        f'<h2 class="question" dir="auto">{_question(turn.question)}</h2>{_reply(turn, number)}</section>'
    )


def _question(question: str) -> str:
    if not question.strip():
        return '<span class="aside">(no question)</span>'
    if len(question) <= QUESTION_SHOWN:
        return escaped(question)
    return f'{escaped(question[:QUESTION_SHOWN])}… <span class="aside">({len(question):,} characters)</span>'


def _reply(turn: Turn, number: int) -> str:
    if turn.error is not None:
        return f'<p class="error" role="alert">{isolated(turn.error)}</p>'
    if turn.answer is None:
        return '<p class="pending">Looking in the text…</p>'
    left_out = left_out_message(turn.answer.left_out)
    note = f'<p class="aside">{isolated(left_out)}</p>' if left_out else ""
    return _verdict(turn.answer, turn.labels) + note + _passages(turn.answer, turn.labels, number)


def _verdict(answer: Answer, labels: Sequence[str]) -> str:
    if answer.found and answer.text is None:  # filters alone ask nothing; what passes them is listed
        return ""
    missing = (
        f'<p class="missing-terms">{isolated(question_type.missing_message(answer.missing_terms))}</p>'
        if answer.missing_terms
        else ""
    )
    text = answer.text if answer.found else answer.closest
    if text is None:
        return f'<p class="not-found">{question_type.no_answer_message(answer.question)}</p>{missing}'
    best = answer.quotes[0]
    title = f" of {isolated(best.title)}" if best.title else ""
    return (
        '<figure class="answer"><blockquote class="source-text" dir="auto">'
        f"<mark>{escaped(text)}</mark></blockquote>"
        f"<figcaption>{_certainty(answer)} · {labels[0]}{title}</figcaption></figure>{missing}"
    )


def _certainty(answer: Answer) -> str:
    """How sure the answer is, in words; the figure is shown where the pointer rests."""
    # Without a reader nothing has judged whether the sentence answers, so it is only called the closest one.
    if answer.confidence is None:
        return "Closest sentence"
    noun = "evidence" if question_type.asks_yes_no(answer.question) else "answer"
    words = {
        "sure": f"Sure {noun}",
        "likely": f"Likely {noun}",
        "perhaps": f"Perhaps the {noun}: the closest in the text",
        "none": f"Doubtful {noun}",
    }[answer.certainty]
    return f'<span title="right with a probability of {answer.confidence:.0%}">{words}</span>'


def _passages(answer: Answer, labels: Sequence[str], number: int) -> str:
    if not answer.quotes:
        return ""
    heading = "Passages" if answer.found else "The closest passages"
    if answer.found and answer.text is None:
        heading = "Passages that match the filters, in reading order"
    named = len({quote.source for quote in answer.quotes}) > 1
    supporting = answer.supported_by
    cards = "".join(
        card(quote, label, number, index, named=named, supports=index in supporting)
        for index, (quote, label) in enumerate(zip(answer.quotes, labels, strict=True))
    )
    # The log region announces what is new; the cards are left to be read on demand.
    return (
        f'<div class="passages" aria-live="off"><h3>{heading}</h3><ol>{cards}</ol>'
        f'<p class="aside">{SCORE_MEANS}</p></div>'
    )
