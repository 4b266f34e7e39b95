"""Markdown tables, which every report of results is made of."""

from __future__ import annotations


def head(*names: str) -> list[str]:
    """The first two lines of a table: its column names, and the rule under them."""
    return [row(*names), row(*("---" for _ in names))]


def row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"
