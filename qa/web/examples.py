"""Example questions for the text that Verbatim ships."""

from collections.abc import Sequence

from qa.library.store import SourceInfo

_EXAMPLES = {
    "leica-manufacturing-process.txt": (
        "Where are Leica lenses made?",
        "How long does it take to grind and polish a lens element?",
        "What does the Leica Passport cover?",
        "How much does a used Digilux 3 sell for?",
    ),
}


def examples(rows: Sequence[SourceInfo]) -> tuple[str, ...]:
    """The example questions for these texts; empty unless every one of them is known."""
    return known_examples(rows) if all(row.name in _EXAMPLES for row in rows) else ()


def known_examples(rows: Sequence[SourceInfo]) -> tuple[str, ...]:
    """The example questions for those of these texts that are known by name; another text may have that name."""
    return tuple(question for row in rows for question in _EXAMPLES.get(row.name, ()))
