"""Extent: how much of a passage a question asks for: a span, the sentence around it, or the list that it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.answering import question_type
from qa.encoding.encoder import Encoder
from qa.search.bm25 import LexicalIndex
from qa.search.query import EncodedQuery
from qa.text.sentences import Sentence, begins_an_item, headings, split_sentences
from qa.types import Span

_EDGES = ' \t\r\n,;:"“”«»'
_BRACKET = re.compile(r"[\[\]()]")


def extend_span(question: str, text: str, span: Span) -> Span:
    """The part of `text` to show as the answer, around the `span` that the reader found in it.

    A question why or how gets whole sentences, and one that is answered by yes or no gets the sentence that is the
    evidence. Where the span is in a list, such a question and one for several things get all its items.

    >>> extend_span("Why was it late?", "It snowed. It was late due to snow.", (26, 34))
    (11, 35)
    >>> extend_span("How many came?", "It snowed. Then 30 came.", (16, 18))
    (16, 18)
    """
    yes_or_no, explains = question_type.asks_yes_no(question), question_type.asks_explanation(question)
    if not yes_or_no and not explains and not question_type.asks_list(question):
        return span
    found = split_sentences(text)
    inside = _holding(found, span)
    if not inside:
        return span
    items = range(0) if yes_or_no else _list_around(text, found, inside[0])
    if items:
        return found[items[0]].start, found[items[-1]].end
    return (found[inside[0]].start, found[inside[-1]].end) if yes_or_no or explains else span


def sentence_around(text: str, span: Span) -> str:
    """The sentences that a span of the text stands in; the whole text where it stands in none.

    >>> sentence_around("It snowed. Then 30 came.", (16, 18))
    'Then 30 came.'
    """
    found = split_sentences(text)
    inside = _holding(found, span)
    return text[found[inside[0]].start : found[inside[-1]].end] if inside else text


def trim_span(text: str, span: Span) -> Span:
    """The span without the signs around it that belong to the sentence, and on one side of a bracket only.

    >>> trim_span("Repairs (covers damage) and papers.", (16, 35))
    (16, 22)
    >>> trim_span("Repairs (covers damage) and papers.", (0, 22))
    (0, 7)
    """
    start, end = span
    for opening, closing in _brackets(text):
        if opening < start <= closing < end:
            start, end = (closing + 1, end) if closing == start else (start, closing)
        elif start <= opening < end <= closing:
            start, end = (opening + 1, end) if opening == start else (start, opening)
    return _bare(text, (start, end)) or _bare(text, span) or span


def _holding(found: Sequence[Sentence], span: Span) -> list[int]:
    """The sentences, by number, that a span has a part in."""
    return [number for number, sentence in enumerate(found) if sentence.start < span[1] and span[0] < sentence.end]


def _brackets(text: str) -> Iterator[Span]:
    """Where the brackets of each pair stand, the inner pairs first."""
    open_: list[re.Match[str]] = []
    for sign in _BRACKET.finditer(text):
        if sign[0] in "([":
            open_.append(sign)
        elif open_ and open_[-1][0] + sign[0] in ("()", "[]"):
            yield open_.pop().start(), sign.start()


def _bare(text: str, span: Span) -> Span | None:
    """The span less the signs at its edges, None where it holds nothing else."""
    said = text[slice(*span)]
    left = len(said) - len(said.lstrip(_EDGES))
    right = len(said.rstrip(_EDGES))
    return (span[0] + left, span[0] + right) if left < right else None


def _list_around(text: str, found: Sequence[Sentence], number: int) -> range:
    """The sentences, by number, of the list that sentence `number` is in: all its items; none where it is in none."""
    heads = [begins_an_item(text, sentence) for sentence in found]
    first = last = number
    while first > 0 and not heads[first] and not found[first].begins_a_line:
        first -= 1
    if not heads[first]:
        return range(0)
    while first > 0 and _same_list(found, heads, first - 1):
        first -= 1
    while last + 1 < len(found) and (heads[last + 1] or not found[last + 1].begins_a_line):
        last += 1
    return range(first, last + 1) if sum(heads[first : last + 1]) > 1 else range(0)


def _same_list(found: Sequence[Sentence], heads: Sequence[bool], number: int) -> bool:
    """Whether the sentence is an item, or goes on one."""
    while number > 0 and not heads[number] and not found[number].begins_a_line:
        number -= 1
    return heads[number]


_WORDS_WEIGHT = 0.5
_KIND_WEIGHT = 0.2


def best_sentences(question: EncodedQuery, texts: Sequence[str], encoder: Encoder, lexical: LexicalIndex) -> list[Span]:
    """The span of the best sentence in each text.

    By the cosine of question and sentence, the share of the question's words that the sentence says, and whether it
    holds the kind of thing that is asked for: a place, a number, a name. A heading names what the text under it says,
    so it is taken only where nothing else is.
    """
    found = [(number, sentence) for number, text in enumerate(texts) for sentence in _sentences_to_mark(text)]
    said = [texts[number][sentence.start : sentence.end] for number, sentence in found]
    cosines = question.likeness(said, encoder)
    words = lexical.coverage(question, said)
    cues = question_type.answer_pattern(question.text)
    kinds = [cues is not None and cues.search(sentence) is not None for sentence in said]
    best: dict[int, tuple[float, Span]] = {}
    for (number, sentence), cosine, share, kind in zip(found, cosines.tolist(), words.tolist(), kinds, strict=True):
        score = cosine + _WORDS_WEIGHT * share + _KIND_WEIGHT * kind
        if number not in best or score > best[number][0]:
            best[number] = (score, (sentence.start, sentence.end))
    return [best[number][1] for number in range(len(texts))]


def _sentences_to_mark(text: str) -> list[Sentence]:
    found = split_sentences(text)
    named = set(headings(text, found))
    return [sentence for sentence in found if sentence not in named] or found
