"""What to highlight in a passage: a span, the sentence around it, the list that it is in, or the best sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.answering import question_type
from qa.encoding.encoder import Encoder
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.text.normalize import words_of
from qa.text.sentences import (
    BULLETS,
    FEWEST_LINES,
    Break,
    Sentence,
    begins_an_item,
    begins_an_unmarked_item,
    headings,
)
from qa.types import Span

_EDGE_CHARACTERS = ' \t\r\n,;:"“”«»'
_BRACKET = re.compile(r"[\[\]()]")
_RUN = re.compile(r"[^\s\"“”«»<>|]+")
_RUN_EDGE = ".,;:!?…'’)]}*"
# A run of characters that is one thing though it holds punctuation: an address, a path, a version, a price, a call.
_IS_CODE = re.compile(r"[\w)]?[/\\@_=#~]\w|\w[.:]\w|\d[-–,.:/]\w|\w-\d|\w\(")
_LEADING_MARK = re.compile(
    rf"\s*(?:[#>|{BULLETS}]+\s*|\*+(?=\S)|[*+\-–—]\s+|\(?(?:\d{{1,3}}|[a-zA-Z])[.)]\s+|(?:Q|A|Question|Answer)\s*:\s*)"
)
_TRAILING_MARK = re.compile(r"(?:\s*\*{2,}|\s+[#|]+|(?<=[^\s*])\*)\Z")
# A question is about one item of a list if this many of its words are in it, of this many letters: shorter ones are
# mostly those of every sentence.
_NAMING_WORDS, _NAMING_LETTERS = 2, 5
_CONTENT_LETTERS = 4
_FUNCTION_WORDS = frozenset(
    "what which does have shall should will would could must might this that these those".split()
)
# See benchmarks/results/constants.md.
_COVERAGE_WEIGHT = 0.5
_KIND_WEIGHT = 0.2


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
    while (mark := _LEADING_MARK.match(text, start, end)) and mark.end() < end:
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


def list_at(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the sentences of the list that sentence `index` is in or leads into; empty if there is none."""
    leads_in = index + 1 < len(sentences) and text[sentences[index].start : sentences[index].end].endswith(":")
    return next(
        (
            found
            for place in (index, index + 1)[: 1 + leads_in]
            if (found := _list_around(text, sentences, place) or _lines_around(text, sentences, place))
        ),
        range(0),
    )


def _list_around(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the sentences of the list that sentence `index` is in; empty if it is in none."""
    begins = [begins_an_item(text, sentence) for sentence in sentences]
    first = _item_start(text, sentences, begins, index)
    if not begins[first]:
        return range(0)
    last = max(index, first)
    while first > 0 and begins[previous := _item_start(text, sentences, begins, first - 1)]:
        first = previous
    indent = _indent(text, sentences[first])
    while last + 1 < len(sentences) and (
        begins[last + 1] or not sentences[last + 1].begins_a_line or _indent(text, sentences[last + 1]) > indent
    ):
        last += 1
    return range(first, last + 1) if sum(begins[first : last + 1]) > 1 else range(0)


def _lines_around(text: str, sentences: Sequence[Sentence], index: int) -> range:
    """The indices of the lines of the list without marks that sentence `index` is in; empty if it is in none."""

    def is_item(number: int) -> bool:
        return begins_an_unmarked_item(text, sentences[number])

    first = last = index
    while first > 0 and sentences[first].after is Break.LINE and is_item(first - 1):
        first -= 1
    while last + 1 < len(sentences) and sentences[last + 1].after is Break.LINE and is_item(last + 1):
        last += 1
    return range(first, last + 1) if is_item(index) and last - first + 1 >= FEWEST_LINES else range(0)


def _indent(text: str, sentence: Sentence) -> int:
    """How far a sentence that begins a line is indented."""
    line = max(text.rfind("\n", 0, sentence.start), text.rfind("\r", 0, sentence.start)) + 1
    return sentence.start - line


def _item_start(text: str, sentences: Sequence[Sentence], begins_item: Sequence[bool], index: int) -> int:
    """The index of the first sentence of the list item that contains sentence `index`; of its line if none does.

    An item goes on in lines that are indented, if it is indented less itself.
    """
    line = index
    while line > 0 and not begins_item[line] and not sentences[line].begins_a_line:
        line -= 1
    item = line
    while item > 0 and not begins_item[item] and (not sentences[item].begins_a_line or _indent(text, sentences[item])):
        item -= 1
    goes_on = begins_item[item] and _indent(text, sentences[item]) < _indent(text, sentences[line])
    return item if goes_on else line


def best_sentences(
    query: EncodedQuery,
    texts: Sequence[str],
    sentences_of_texts: Sequence[Sequence[Sentence]],
    encoder: Encoder,
    lexical: LexicalEngine,
) -> list[Span]:
    """Choose the sentence of each text that fits the question best.

    A sentence scores by its cosine with the question, by the share of the question's words that it contains, and by
    whether it contains the kind of thing that the question asks for: a place, a number, a name. A heading only names
    what the text under it says, so it is chosen only if there is nothing else.

    Args:
        query: The encoded question.
        texts: The passages.
        sentences_of_texts: The sentences of each.
        encoder: The encoder that encoded the question.
        lexical: The index that knows how rare the question's words are.

    Returns:
        One span for each text.
    """
    candidates = [
        (index, sentence)
        for index, (text, sentences) in enumerate(zip(texts, sentences_of_texts, strict=True))
        for sentence in _body_sentences(text, sentences)
    ]
    wordings = [texts[index][sentence.start : sentence.end] for index, sentence in candidates]
    cosines = query.likeness(wordings, encoder)
    coverage = lexical.coverage(query, wordings)
    pattern = question_type.answer_pattern(query.text)
    kinds = [pattern is not None and pattern.search(wording) is not None for wording in wordings]
    best: dict[int, tuple[float, Span]] = {}
    for (index, sentence), cosine, share, kind in zip(
        candidates, cosines.tolist(), coverage.tolist(), kinds, strict=True
    ):
        score = cosine + _COVERAGE_WEIGHT * share + _KIND_WEIGHT * kind
        if index not in best or score > best[index][0]:
            best[index] = (score, (sentence.start, sentence.end))
    return [best[index][1] for index in range(len(texts))]


def _body_sentences(text: str, sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """The text's sentences without its headings; the headings if there is nothing else."""
    excluded = set(headings(text, sentences))
    return [sentence for sentence in sentences if sentence not in excluded] or sentences
