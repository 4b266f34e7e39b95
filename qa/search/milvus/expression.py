"""Expression: Milvus's filter language. Every value in it is a number, or a text that `quoted` has made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.search.choice import Conditions
from qa.search.milvus.schema import (
    BYLINE,
    CONTEXT_TERMS,
    FIRST_DAY,
    ID,
    KIND,
    LAST_DAY,
    SOURCE,
    TERMS,
    Day,
    kind_number,
)

EVERYTHING = f"{ID} >= 0"
_SPECIAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def quoted(text: str) -> str:
    r"""A string of the filter language.

    >>> print(quoted('a "b" \\'))
    "a \"b\" \\"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_a_row(words: Sequence[str], field: str) -> str:
    """That a field of terms has these in a row.

    >>> print(in_a_row(["red", "lens"], "terms"))
    terms like "% red lens %"
    """
    pattern = " ".join(words).translate(_SPECIAL)
    return f"{field} like {quoted(f'% {pattern} %')}"


def any_in_a_row(spellings: Iterable[Sequence[str]]) -> str:
    """That a passage or its context has one of these rows of terms."""
    return any_of(in_a_row(words, field) for words in spellings for field in (TERMS, CONTEXT_TERMS))


def is_one_of(field: str, numbers: Iterable[int]) -> str:
    """That a field has one of these numbers.

    >>> is_one_of("id", [3, 1])
    'id in [1, 3]'
    """
    return f"{field} in {sorted(map(int, numbers))}"


def all_of(parts: Iterable[str]) -> str:
    """That all parts hold.

    >>> all_of(["a > 1", "b > 2"])
    '(a > 1) and (b > 2)'
    """
    return " and ".join(f"({part})" for part in parts) or EVERYTHING


def any_of(parts: Iterable[str]) -> str:
    """That one of the parts holds; there is one."""
    return " or ".join(f"({part})" for part in parts)


def of_conditions(conditions: Conditions, bylines: Iterable[int]) -> str:
    """The conditions on a passage's post.

    Args:
        conditions: The conditions.
        bylines: The numbers of the authors that they name.
    """
    parts = []
    if conditions.kinds:
        parts.append(is_one_of(KIND, map(kind_number, conditions.kinds)))
    if conditions.authors is not None:
        parts.append(is_one_of(BYLINE, bylines))
    if conditions.sources is not None:
        parts.append(is_one_of(SOURCE, conditions.sources))
    # A month before another ends before that begins; so neither of 2012 and 2012-03 is before the other.
    parts += [f"{LAST_DAY} < {Day.of(day).first}" for day in conditions.before]
    parts += [f"{FIRST_DAY} > {Day.of(day).last}" for day in conditions.after]
    return all_of(parts)
