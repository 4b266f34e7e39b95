"""PassageTokens: a passage in the reader's tokens."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from qa.answering import question_type
from qa.answering.series import Series, series_in
from qa.text.sentences import Sentence, headings
from qa.text.tables import Table, cells_of_other_columns, find_tables
from qa.types import Span

if TYPE_CHECKING:
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True)
class PassageTokens:
    """A passage in tokens, after those of its title; in a table, each cell after the head of its column.

    The title's tokens come first: it names the subject and never answers. For each token, `offsets`
    are its span in the passage, `words` the index of its word, `matches_kind` whether it is part of something of the
    kind that the question asks for, `may_answer` whether it is one of the passage's own here, `divides` whether it
    divides the cells of a table, and `sentence_of` the index of its sentence, -1 in the title. `read` are the
    indices of the tokens that are read: all but those of headings and of the head rows of tables, unless there is
    nothing else. `series` are the series of things that no answer cuts, see `qa.answering.series`; none unless the
    question may ask for several things.
    """

    ids: list[int]
    offsets: list[Span]
    words: list[int | None]
    matches_kind: list[bool]
    may_answer: list[bool]
    divides: list[bool]
    sentence_of: list[int]
    read: list[int]
    series: list[Series]

    @classmethod
    def of(
        cls, question: str, passage: str, sentences: Sequence[Sentence], tokens: Encoding, title: Sequence[int]
    ) -> PassageTokens:
        """Assign the tokens to sentences.

        Args:
            question: The question, which decides what kind of thing the answer is.
            passage: The passage.
            sentences: The passage's sentences.
            tokens: The passage's tokens, without special ones.
            title: The ids of the title's tokens.
        """
        ids, spans, words = tokens.ids, tokens.offsets, tokens.word_ids  # a new list each time that one is asked for
        tables = find_tables(passage, sentences)
        left_out = {heading.start for heading in headings(passage, sentences)}
        left_out.update(sentences[table.head].start for table in tables)
        by_sentence: list[list[int]] = [[] for _ in sentences] or [[]]
        later_starts = [sentence.start for sentence in sentences[1:]]
        order = _with_heads(spans, tables)
        offsets = [spans[token] if cell is None else (cell, cell) for token, cell in order]
        sentence_of = [bisect(later_starts, start) for start, _ in offsets]
        for token, index in enumerate(sentence_of, len(title)):
            by_sentence[index].append(token)
        body = [
            members
            for sentence, members in zip(sentences, by_sentence, strict=False)
            if members and sentence.start not in left_out
        ]
        body = body or [members for members in by_sentence if members]
        of_kind = _matches_kind(question, passage, spans, tables)
        own = [cell is None for _, cell in order]
        in_title = len(title)
        return cls(
            ids=[*title, *(ids[token] for token, _ in order)],
            offsets=[(0, 0)] * in_title + offsets,
            words=[*[None] * in_title, *(words[token] if cell is None else None for token, cell in order)],
            matches_kind=[False] * in_title + [of_kind[token] and cell is None for token, cell in order],
            may_answer=[False] * in_title + own,
            divides=[False] * in_title
            + [not here or _divides(passage, span) for here, span in zip(own, offsets, strict=True)],
            sentence_of=[-1] * in_title + sentence_of,
            read=[*range(in_title), *chain.from_iterable(body)],
            series=_series(question, passage, sentences, tables),
        )


def _with_heads(offsets: Sequence[Span], tables: Sequence[Table]) -> list[tuple[int, int | None]]:
    """The tokens in reading order; before those of a cell, those of its column's head, with the place of the cell."""
    starts = [start for start, _ in offsets]
    heads: dict[int, list[tuple[int, int | None]]] = {}
    for table in tables:
        named = [range(bisect_left(starts, start), bisect_left(starts, end)) for start, end in table.head_cells]
        for cells in table.rows.values():
            for head, (start, end) in zip(named, cells, strict=True):
                if start < end:
                    heads[bisect_left(starts, start)] = [(token, start) for token in head]
    return [entry for token in range(len(offsets)) for entry in (*heads.get(token, ()), (token, None))]


def _series(question: str, passage: str, sentences: Sequence[Sentence], tables: Sequence[Table]) -> list[Series]:
    """The series in the passage's sentences, but those of tables, that no answer to this question cuts."""
    if not (question_type.asks_several(question) or question_type.asks_what_object(question)):
        return []
    in_tables = {index for table in tables for index in (table.head, *table.rows)}
    return [
        series.moved(sentence.start)
        for index, sentence in enumerate(sentences)
        if index not in in_tables
        for series in series_in(passage[sentence.start : sentence.end])
    ]


def _divides(passage: str, offsets: Span) -> bool:
    """Whether a token is the bar between two cells of a table, as pages and Markdown have it: "7 euros | 3 euros"."""
    start, end = offsets
    return passage[start:end] == "|" and not passage[start - 1 : start].strip() and not passage[end : end + 1].strip()


def _matches_kind(question: str, passage: str, spans: Sequence[Span], tables: Sequence[Table]) -> list[bool]:
    """For each token, whether it is part of something of the kind that the question asks for.

    In a table, what stands in another column than the one that the question names is of another kind.
    """
    pattern = question_type.answer_pattern(question)
    if pattern is None and not tables:
        return [True] * len(spans)
    inside = np.full(len(passage) + 1, pattern is None)
    for match in pattern.finditer(passage) if pattern is not None else ():
        inside[match.start() : match.end()] = True
    for table in tables:
        for start, end in cells_of_other_columns(question, passage, table):
            inside[start:end] = False
    return [bool(inside[start:end].any()) for start, end in spans]
