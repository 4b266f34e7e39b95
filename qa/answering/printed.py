"""An answer and a quote as a person reads them: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from qa.answering.escape import escaped, isolated, marked
from qa.text.question_words import is_question
from qa.text.visible import visible
from qa.types import Span

_MISSING_SHOWN = 8  # words; as many as one line of a message holds


class Placed(Protocol):
    """What a byline says of a quote or of a place."""

    @property
    def kind(self) -> str: ...
    @property
    def author(self) -> str | None: ...
    @property
    def date(self) -> str | None: ...
    @property
    def source(self) -> str: ...


class Quoted(Placed, Protocol):
    """What is printed of a quote."""

    @property
    def page(self) -> int | None: ...
    @property
    def time(self) -> str | None: ...
    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def highlights(self) -> Sequence[Span]: ...


class Answered(Protocol):
    """What is printed of an answer."""

    @property
    def question(self) -> str: ...
    @property
    def found(self) -> bool: ...
    @property
    def text(self) -> str | None: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def quotes(self) -> Sequence[Quoted]: ...
    @property
    def missing_terms(self) -> Sequence[str]: ...
    @property
    def certainty(self) -> str: ...
    @property
    def closest(self) -> str | None: ...
    @property
    def understood_as(self) -> str | None: ...


def byline(place: Placed) -> str:
    """Who said it, when and where: "comment · Ann · 2012-03-04 · page.html"."""
    return " · ".join(part for part in (place.kind, place.author, place.date, place.source) if part)


def quote_byline(quote: Quoted) -> str:
    """The byline with the page or the time in the file: "article · Ann · 2012-03-04 · book.pdf · page 3"."""
    page = f"page {quote.page:,}" if quote.page is not None else None
    return " · ".join(filter(None, (byline(quote), page, quote.time)))


def quote_text(quote: Quoted) -> str:
    """The passage, and below it its byline. Control characters are replaced, which a terminal would obey."""
    return f"{visible(quote.text)}\n— {visible(quote_byline(quote))}"


def answer_text(answer: Answered) -> str:
    """The answer and how sure it is, then each quote below its number and its byline."""
    before, words, after = opening(answer)
    lines = [visible(line) for line in (understood(answer), before, words, *after) if line]
    for number, quote in enumerate(answer.quotes, 1):
        lines += ["", f"[{number}] {visible(quote_byline(quote))}", textwrap.indent(visible(quote.text), "    ")]
    return "\n".join(lines)


def quote_html(quote: Quoted) -> str:
    """The passage with what answers marked, and its byline; nothing in it is run."""
    passage = marked(quote.text, quote.start, quote.highlights)
    return (
        f'<blockquote dir="auto" style="white-space: pre-wrap">{passage}'
        f'<footer style="white-space: normal"><small>{isolated(quote_byline(quote))}</small></footer></blockquote>'
    )


def answer_html(answer: Answered) -> str:
    """The answer and how sure it is, then the list of its quotes; nothing in it is run."""
    before, words, after = opening(answer)
    lines = [escaped(understood(answer)), escaped(before), f"<strong>{escaped(words)}</strong>" if words else ""]
    lines += [f"<small>{escaped(note)}</small>" for note in after]
    quotes = "".join(f"<li>{quote_html(quote)}</li>" for quote in answer.quotes)
    return f'<p dir="auto">{"<br>".join(filter(None, lines))}</p><ol>{quotes}</ol>'


def understood(answer: Answered) -> str:
    """What was asked in the light of the questions before it; empty if it was asked as it was typed."""
    return "" if answer.understood_as is None else f"Understood as: {answer.understood_as}"


class Opening(NamedTuple):
    """What is said before the quotes: a sentence of ours, the text's own words, and what is to be known about them."""

    before: str
    words: str
    after: tuple[str, ...]


def opening(answer: Answered) -> Opening:
    """The answer, what may answer, or that there is none."""
    missing = tuple(filter(None, [missing_message(answer.missing_terms)]))
    sure = () if answer.confidence is None else (_sureness(answer.certainty, answer.confidence),)
    if answer.text is not None:
        return Opening("", answer.text, sure)
    if answer.found:
        return Opening("What passes the filters, in reading order:", "", ())
    if answer.closest is not None:
        return Opening("Perhaps, the closest in the text:", answer.closest, (*sure, *missing))
    return Opening(no_answer_message(answer.question), "", missing)


def missing_message(missing_terms: Sequence[str]) -> str:
    """Name the words of a question that no text contains; "" if there are none.

    >>> missing_message(["capital", "France"])
    'Not mentioned in any text: capital, France.'
    """
    if not missing_terms:
        return ""
    words = missing_terms[:_MISSING_SHOWN]
    more = len(missing_terms) - len(words)
    return f"Not mentioned in any text: {', '.join(words)}{f' and {more} more' if more else ''}."


def no_answer_message(question: str) -> str:
    """Say that no passage answers, and suggest a full question if only search words were typed."""
    hint = "" if is_question(question) else " Try asking a full question."
    return f"The text does not answer this.{hint}"


def _sureness(certainty: str, confidence: float) -> str:
    """How sure the answer is, in words and as a figure."""
    return f"({certainty}: right with a probability of {confidence:.0%})"
