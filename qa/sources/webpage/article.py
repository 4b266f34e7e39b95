"""A page's main text, by trafilatura, in paragraphs; where it finds none, all that is to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.patterns.buttons import ELSEWHERE
from qa.sources.patterns.times import is_time
from qa.sources.webpage.blocks import joined
from qa.sources.webpage.collect import UNREAD, collect, is_hidden, is_teaser, short_text

# More than any page that people read; trafilatura's time grows with the square of some of them.
_MOST_ELEMENTS = 50_000


def prose_of(element: HtmlElement, without: re.Pattern[str] | None = None) -> str:
    """All words of an element, less the lines that match `without`."""
    (sighting,) = collect(element, {element}, {})
    lines = sighting.prose.finished()
    return joined([line for line in lines if not (without and without.fullmatch(line.text))])[0]


def main_text(root: HtmlElement) -> str:
    """The main text of a page that its comments were cut out of."""
    import trafilatura

    if sum(1 for _ in islice(root.iter(), _MOST_ELEMENTS)) == _MOST_ELEMENTS:
        return prose_of(root)
    try:
        found = trafilatura.bare_extraction(root, include_comments=False)
    except Exception:  # whatever a broken page does to a library, its words can still be read
        found = None
    text = "" if found is None or isinstance(found, dict) or found.body is None else prose_of(found.body, ELSEWHERE)
    if not text:
        return prose_of(root)
    lede = lede_of(root, text)
    return f"{lede}\n\n{text}" if lede else text


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
