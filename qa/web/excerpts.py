"""The sentence of a passage that says it best: the one with the answer, or with most words of the question."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answering.answer import Quote
from qa.text.normalize import words_of
from qa.text.sentences import split_sentences
from qa.types import Span

LONGEST = 320  # characters of a headline: four lines of the page; a longer sentence is cut around the answer
_SHARED_LETTERS = 5  # words that begin alike count as one: "lens" and "lenses", "polish" and "polished"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a quote, word for word.

    Attributes:
        text: It.
        start: Its offset in the source's text, as the quote's own.
        cut_before: Whether its sentence begins before it.
        cut_after: Whether its sentence goes on after it.
    """

    text: str
    start: int
    cut_before: bool = False
    cut_after: bool = False


def headline(quote: Quote, longest: int = LONGEST) -> Excerpt:
    """The sentences of a quote that hold what is highlighted in it, cut to a length around the first highlight."""
    first = min(start for start, _ in quote.highlights) - quote.start
    last = max(end for _, end in quote.highlights) - quote.start
    held = [
        (sentence.start, sentence.end)
        for sentence in split_sentences(quote.text)
        if sentence.end > first and sentence.start < last
    ]
    start, end = min([first, *(span[0] for span in held)]), max([last, *(span[1] for span in held)])
    if end - start <= longest or last - first >= longest:
        return _excerpt(quote, (start, end) if end - start <= longest else (first, last), (start, end))
    room = (longest - (last - first)) // 2
    begin, stop = max(start, first - room), min(end, last + room)
    if begin > start:
        begin = min(first, quote.text.find(" ", begin, first) + 1 or first)
    if stop < end:
        stop = max(last, quote.text.rfind(" ", last, stop))
    return _excerpt(quote, (begin, stop), (start, end))


def best_sentence(quote: Quote) -> Excerpt:
    """The sentence of a quote to show when it is folded."""
    if quote.highlights:
        return headline(quote)
    sentences = [(sentence.start, sentence.end) for sentence in split_sentences(quote.text)] or [(0, len(quote.text))]
    wanted = {_stem(word) for term in (quote.why.terms if quote.why else ()) for word in words_of(term)}

    def shared(span: Span) -> int:
        return len(wanted & {_stem(word) for word in words_of(quote.text[slice(*span)])})

    best = max(sentences, key=shared)  # the first of those that share most
    return _excerpt(quote, best, best)


def _stem(word: str) -> str:
    return word[:_SHARED_LETTERS]


def _excerpt(quote: Quote, span: Span, sentence: Span) -> Excerpt:
    return Excerpt(quote.text[slice(*span)], quote.start + span[0], span[0] > sentence[0], span[1] < sentence[1])
