"""What to highlight in a passage: a span, the sentence around it, or the list that it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.answering import question_type
from qa.text.lists import list_at
from qa.text.normalize import words_of
from qa.text.sentences import BULLETS, Sentence
from qa.types import Span

_EDGE_CHARACTERS = ' \t\r\n,;:"“”«»'
_BRACKET = re.compile(r"[\[\]()]")
_RUN = re.compile(r"[^\s\"“”«»<>|]+")
_RUN_EDGE = ".,;:!?…'’)]}*"
# A run of characters that is one thing though it holds punctuation: an address, a path, a version, a price, a call.
_IS_CODE = re.compile(r"[\w)]?[/\\@_=#~]\w|\w[.:]\w|\d[-–,.:/]\w|\w-\d|\w\(")
# A capital before a full stop may be an initial: "J. K. Rowling".
_LEADING_MARK = re.compile(
    rf"\s*(?:[#>|{BULLETS}]+\s*|\*+(?=[^\s.])|[*+\-–—]\s+|\(?(?:(?:\d{{1,3}}|[a-z])[.)]|[A-Z]\))\s+"
    r"|(?:Q|A|Question|Answer)\s*:\s*)"
)
# In a line, what looks like another mark is part of what is said: "*.tmp", "> 5 kg", "c. 1900".
_MARK_IN_A_LINE = re.compile(
    rf"\s*(?:[{BULLETS}]\s*|\*+(?=[^\s.])|[*_–—-]+\s+|\(?\d{{1,3}}[.)]\s+|(?:Q|A|Question|Answer)\s*:\s*)"
)
_TRAILING_MARK = re.compile(r"(?:\s{0,9}\*{2,}|\s{1,9}[#|]+|(?<=[^\s*])\*)\Z")
# A question is about one item of a list if this many of its words are in it, of this many letters: shorter ones are
# mostly those of every sentence.
_NAMING_WORDS, _NAMING_LETTERS = 2, 5
_CONTENT_LETTERS = 4
_FUNCTION_WORDS = frozenset(
    "what which does have shall should will would could must might this that these those".split()
)


def extend_span(question: str, text: str, sentences: Sequence[Sentence], span: Span, context: str = "") -> Span:
    """Extend the span that the reader chose to as much of the passage as the question asks for.

    Why and how questions get whole sentences, and a yes-or-no question gets the sentence that is the evidence. If the
    span is in a list, questions for several things and for how something is done get all its items.

    Args:
        question: The question, which decides how much is shown.
        text: The passage.
        sentences: The passage's sentences.
        span: The reader's span of `text`.
        context: What the passage stands under, which can name what a list is of.

    Returns:
        The span of `text` to show as the answer.

    >>> from qa.text.sentences import split_sentences
    >>> text = "It snowed. It was late due to snow."
    >>> extend_span("Why was it late?", text, split_sentences(text), (26, 34))
    (11, 35)
    >>> extend_span("What was late?", text, split_sentences(text), (11, 13))
    (11, 13)
    """
    inside = _overlapping(sentences, span)
    if not inside:
        return span
    for index in (inside[0], inside[-1]):
        items = list_at(text, sentences, index)
        several = question_type.asks_what_object(question) and sum(place in items for place in inside) > 1
        if items and (several or wants_whole_list(question, text, sentences, index, items, context)):
            return sentences[items[0]].start, sentences[items[-1]].end
    if question_type.asks_for_sentence(question):
        return strip_marks(text, (sentences[inside[0]].start, sentences[inside[-1]].end))
    return strip_marks(text, grow_to_run(text, span))


def wants_whole_list(
    question: str, text: str, sentences: Sequence[Sentence], index: int, items: range, context: str
) -> bool:
    """Whether the list that a sentence is in or leads into, if there is one, answers with all its items.

    `items` are those that `list_at` finds in this passage; the list may go on in others.

    A question for how something is done is about one item if that says words of it that neither the sentence before the
    list says nor what it stands under.

    >>> from qa.text.sentences import split_sentences
    >>> text = "Bread:\\n\\n1. Knead the dough.\\n2. Oil a finger, or dough sticks to it."
    >>> sentences = split_sentences(text)
    >>> [wants_whole_list(question, text, sentences, 4, list_at(text, sentences, 4), "") for question in
    ...  ("How do I bake bread?", "How do I keep dough from sticking to a finger, as it sticks?")]
    [True, False]
    """
    if question_type.asks_list(question):
        return True
    asks_what = question_type.asks_what_object(question)
    if items and index not in items and (asks_what or question_type.asks_several(question)):
        return True
    if not items:  # the list may be in other passages
        return question_type.asks_whole_list(question)
    lead_in = text[sentences[items[0] - 1].start : sentences[items[0] - 1].end] if items[0] else ""
    said = {*words_of(text[sentences[index].start : sentences[index].end])} - {*words_of(f"{context}\n{lead_in}")}
    named = {*words_of(question)} & said
    if question_type.asks_whole_list(question):
        return sum(len(word) >= _NAMING_LETTERS for word in named) < _NAMING_WORDS
    return asks_what and not any(map(_is_content, named)) and _leads_into_answer(question, lead_in)


def _leads_into_answer(question: str, lead_in: str) -> bool:
    """Whether the sentence before a list says words of the question, in any form.

    >>> [_leads_into_answer("What does the kit contain?", lead_in) for lead_in in ("It contains:", "We sell:")]
    [True, False]
    """
    asked, said = ([word for word in words_of(words) if _is_content(word)] for words in (question, lead_in))
    return lead_in.endswith(":") and any(
        one.startswith(other) or other.startswith(one) for one in asked for other in said
    )


def _is_content(word: str) -> bool:
    return len(word) >= _CONTENT_LETTERS and word not in _FUNCTION_WORDS


def grow_to_run(text: str, span: Span) -> Span:
    """Grow a span that cuts an address, a path, a number or a code to the whole of it.

    >>> text = "See https://example.org/a?b=1#c, please."
    >>> start, end = grow_to_run(text, (4, 9))
    >>> text[start:end]
    'https://example.org/a?b=1#c'
    """
    start, end = span
    for run in _RUN.finditer(text, *_around(text, span)):
        left, right = run.start(), run.end() - len(run[0]) + len(run[0].rstrip(_RUN_EDGE))
        cuts = left < start < right or left < end < right
        if cuts and _IS_CODE.search(text, left, right):
            start, end = min(start, left), max(end, right)
    return start, end


def strip_marks(text: str, span: Span) -> Span:
    """The span without the marks before and after its words: list bullets, `##`, `**`, and labels such as `A:`.

    >>> strip_marks("A: **Only guide dogs.**", (0, 23))
    (5, 21)
    """
    start, end = span
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    leading = _MARK_IN_A_LINE if text[line:start].strip() else _LEADING_MARK
    while (mark := leading.match(text, start, end)) and mark.end() < end:
        start = mark.end()
    while (mark := _TRAILING_MARK.search(text, start, end)) and mark.start() > start:
        end = mark.start()
    return start, end


def _around(text: str, span: Span) -> Span:
    """The span, extended to white space on both sides."""
    start = next((i for i in range(span[0], 0, -1) if text[i - 1].isspace()), 0)
    end = next((i for i in range(span[1], len(text)) if text[i].isspace()), len(text))
    return start, end


def trim_span(text: str, span: Span) -> Span:
    """Trim a span of the text: no punctuation at its edges, and no bracket without its partner.

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
    return _without_edges(text, (start, end)) or _without_edges(text, span) or span


def _overlapping(sentences: Sequence[Sentence], span: Span) -> list[int]:
    """The indices of the sentences that overlap a span."""
    return [index for index, sentence in enumerate(sentences) if sentence.start < span[1] and span[0] < sentence.end]


def _brackets(text: str) -> Iterator[Span]:
    """The positions of each pair of brackets, inner pairs first."""
    open_: list[re.Match[str]] = []
    for bracket in _BRACKET.finditer(text):
        if bracket[0] in "([":
            open_.append(bracket)
        elif open_ and open_[-1][0] + bracket[0] in ("()", "[]"):
            yield open_.pop().start(), bracket.start()


def _without_edges(text: str, span: Span) -> Span | None:
    """The span without punctuation and white space at its edges, None if nothing is left."""
    words = text[slice(*span)]
    left = len(words) - len(words.lstrip(_EDGE_CHARACTERS))
    right = len(words.rstrip(_EDGE_CHARACTERS))
    return (span[0] + left, span[0] + right) if left < right else None
