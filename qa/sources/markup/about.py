"""What a page says of its article: title, address, author, day."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Facts:
    """Each None where the page does not tell."""

    title: str | None = None
    url: str | None = None
    author: str | None = None
    date: str | None = None


def facts_of(root: HtmlElement) -> Facts:
    """Read the page's metadata, by trafilatura."""
    from trafilatura.metadata import extract_metadata

    try:
        found = extract_metadata(root)
    except Exception:  # as for the main text: a broken page is read without what it says of itself
        return Facts()
    return Facts(found.title, found.url, found.author, found.date)
