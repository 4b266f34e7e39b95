"""Sets in JSON lines, one row a question with a passage that answers it or does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qa.types import Span
from training.data import LabelledQuestion, Paragraph, located, read_lines

_MARK = re.compile(r"^ ?Paragraph \d+: ", re.MULTILINE)


def read_rows(path: Path, source: str) -> Iterator[LabelledQuestion]:
    """The questions of a file; those with answers none of which stands in the passage are left out.

    A row is `{"question", "context", "answers": [{"text", "answer_start"}]}`, sometimes with a `title`. `answers` is
    empty where a person judged that the passage does not answer. All answers of a row are alternatives. With `inside`
    true, they are whole sentences that hold the answer. With an `author` the passage is a post of theirs, and with
    `by_author` true they are the answer, and `answers` the sentences that say so.

    Args:
        path: The file.
        source: The name that its paragraphs get.
    """
    for row in read_lines(path):
        spans = located(row["context"], row["answers"])
        if spans or not row["answers"]:
            text, spans = _without_marks(row["context"], spans)
            paragraph = Paragraph(source, row.get("title") or "", text)
            author, by_author = row.get("author") or "", row.get("by_author", False)
            if by_author and not author:
                raise ValueError(f"the author answers {row['question']!r}, but the row names none")
            yield LabelledQuestion(
                row["question"].strip(),
                paragraph,
                spans,
                inside=by_author or row.get("inside", False),
                author=author,
                by_author=by_author,
            )


def _without_marks(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """The text without the numbers that MuSiQue puts before its paragraphs, and the spans in it.

    >>> _without_marks("Paragraph 1: Solms.\\n Paragraph 2: Jena.", ((13, 18), (34, 38)))
    ('Solms.\\nJena.', ((0, 5), (7, 11)))
    """
    marks = [match.span() for match in _MARK.finditer(text)]

    def moved(offset: int) -> int:
        return offset - sum(min(end, offset) - start for start, end in marks if start < offset)

    return _MARK.sub("", text), tuple((moved(start), moved(end)) for start, end in spans)
