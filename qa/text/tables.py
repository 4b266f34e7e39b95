"""Tables in plain text: lines of cells with a bar between them, as Markdown and the readers of pages have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.text.normalize import words_of
from qa.text.sentences import Break, Sentence, is_row, trim
from qa.types import Span

_DELIMITERS = re.compile(r"[\s|:-]+")  # the line below the head row in Markdown
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head row: the index of that sentence, and its cells and those of each row, by index."""

    head: int
    head_cells: Sequence[Span]
    rows: Mapping[int, Sequence[Span]]


def find_tables(text: str, sentences: Sequence[Sentence]) -> list[Table]:
    """Find the tables whose first row heads the columns: it has as many cells as the others, and no number.

    Args:
        text: The text.
        sentences: Its sentences; each row is one.

    >>> from qa.text.sentences import split_sentences
    >>> text = "Boat | Fee\\nYacht | 40 euros\\nCanoe | 7 euros"
    >>> [table.head for table in find_tables(text, split_sentences(text))]
    [0]
    """
    return [table for run in _runs(text, sentences) if (table := _headed(text, sentences, run)) is not None]


def name_columns(text: str, sentences: Sequence[Sentence]) -> list[str]:
    """The words of each sentence; in the row of a table, each cell after the head of its column.

    >>> from qa.text.sentences import split_sentences
    >>> text = "Boat | Fee\\nYacht | 40 euros"
    >>> name_columns(text, split_sentences(text))
    ['Boat | Fee', 'Boat Yacht, Fee 40 euros']
    """
    words = [text[sentence.start : sentence.end] for sentence in sentences]
    for table in find_tables(text, sentences):
        heads = [text[slice(*head)] for head in table.head_cells]
        for index, cells in table.rows.items():
            named = (f"{head} {text[slice(*cell)]}" for head, cell in zip(heads, cells, strict=True))
            words[index] = ", ".join(one.strip() for one in named)
    return words


def rows_with_heads(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, str]]:
    """Where each row of each table begins, with the words of the row that heads its columns."""
    for table in find_tables(text, sentences):
        for index in table.rows:
            yield sentences[index].start, _words(text, sentences[table.head])


def rows_of_others(question: str, text: str, table: Table) -> Iterator[int]:
    """The rows of a table that the question is not about, if its first cell says that it is about another row.

    >>> from qa.text.sentences import split_sentences
    >>> text = "Boat | Fee\\nYacht | 40 euros\\nCanoe | 7 euros"
    >>> [*rows_of_others("What do canoes cost?", text, find_tables(text, split_sentences(text))[0])]
    [1]
    """
    asked = _singular(question)
    named = {index: _singular(text[slice(*cells[0])]) for index, cells in table.rows.items()}
    meant = {index for index, words in named.items() if words and words <= asked}
    yield from (index for index in named if meant and index not in meant)


def cells_of_other_columns(question: str, text: str, table: Table) -> Iterator[Span]:
    """The cells of the columns that the question does not name, if it names one; the first column names the rows, so
    its cells are never among them.

    >>> from qa.text.sentences import split_sentences
    >>> text = "Boat | Fee | Deposit\\nYacht | 40 euros | 25 euros"
    >>> table = find_tables(text, split_sentences(text))[0]
    >>> [text[start:end] for start, end in cells_of_other_columns("What is the deposit for a yacht?", text, table)]
    ['40 euros']
    """
    asked = _singular(question)
    heads = [_singular(text[slice(*head)]) for head in table.head_cells]
    others = [column for column, words in enumerate(heads) if column and not (words and words <= asked)]
    if len(others) < len(heads) - 1:
        yield from (cells[column] for cells in table.rows.values() for column in others)


def _singular(text: str) -> set[str]:
    return {word.removesuffix("s") for word in words_of(text)}


def _runs(text: str, sentences: Sequence[Sentence]) -> Iterator[range]:
    """The indices of rows that follow each other, line by line."""
    rows = [is_row(text[sentence.start : sentence.end]) for sentence in sentences]
    first = 0
    for index, (row, following) in enumerate(pairwise([*rows, False]), 1):
        joined = row and following and sentences[index].after is Break.LINE
        if not joined:
            if row:
                yield range(first, index)
            first = index


def _headed(text: str, sentences: Sequence[Sentence], run: range) -> Table | None:
    head, *below = run
    rows = {index: _cells(text, sentences[index]) for index in below}
    rows = {index: cells for index, cells in rows.items() if not _DELIMITERS.fullmatch(_words(text, sentences[index]))}
    cells = _cells(text, sentences[head])
    heads_columns = not any(character.isdigit() for character in _words(text, sentences[head]))
    same_number = all(len(of_row) == len(cells) for of_row in rows.values())
    return Table(head, cells, rows) if rows and heads_columns and same_number else None


def _words(text: str, sentence: Sentence) -> str:
    return text[sentence.start : sentence.end]


def _cells(text: str, row: Sentence) -> list[Span]:
    """The spans of a row's cells; an empty cell is an empty span."""
    bars = [match.start() for match in _BAR.finditer(text, row.start, row.end)]
    edges = [row.start - 1, *bars, row.end]
    cells = [trim(text, left + 1, right) or (right, right) for left, right in pairwise(edges)]
    framed = len(bars) > 1 and bars[0] == row.start and bars[-1] == row.end - 1  # as in Markdown
    return cells[1:-1] if framed else cells
