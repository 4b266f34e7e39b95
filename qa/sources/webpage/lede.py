"""The opening that a page sets apart from its article, between the title and the first paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from qa.sources.patterns.times import is_time
from qa.sources.webpage.collect import UNREAD, is_hidden, is_teaser, short_text

_BLOCKS = ("p", "h2", "h3", "h4", "div", "strong", "span")
_SHORTEST, _LONGEST = 60, 900
_MOST_BLOCKS = 60
_KEY = 50
_ENDS = (".", "!", "?", "…", "“", "”", '"', "»", ")")


def lede_of(root: HtmlElement, text: str) -> str:
    """The sentences that stand between the page's title and its main text, "" where none do.

    They have to look like sentences: a byline, a date and a row of links stand there too.
    """
    whole = " ".join(text.split())
    title = next(root.iter("h1"), None)
    if title is None or not whole:
        return ""
    found: list[str] = []
    for number, (element, block) in enumerate(_blocks(root, title)):
        if number >= _MOST_BLOCKS:
            return ""
        if block[:_KEY] in whole:
            return "\n\n".join(dict.fromkeys(found))
        if element.tag == "h1":
            found.clear()
        elif len(block) >= _SHORTEST and block.endswith(_ENDS) and not is_time(block) and not is_teaser(element):
            found.append(block)
    return ""


def _blocks(root: HtmlElement, title: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The texts after the title, each with the element that holds it itself."""
    began = False
    taken: set[HtmlElement] = set()
    for element in root.iter("h1", *_BLOCKS):
        began = began or element is title
        if not began or element is title or element.getparent() in taken:
            if element.getparent() in taken:
                taken.add(element)
            continue
        if element.tag in UNREAD or is_hidden(element):
            continue
        if (element.text or "").strip() or element.tag not in ("div", "span"):
            block = short_text(element, _LONGEST)
            if block and len(block) > _SHORTEST // 2:
                taken.add(element)
                yield element, block
            elif block is None and (element.text or "").strip():
                yield element, " ".join((element.text or "").split())
