"""A page's main text, by trafilatura, in paragraphs; where it finds none, all that is to be seen."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.patterns.buttons import ELSEWHERE
from qa.sources.webpage.blocks import joined
from qa.sources.webpage.collect import gather
from qa.sources.webpage.lede import lede_of

# More than any page that people read; trafilatura's time grows with the square of some of them.
_MOST_ELEMENTS = 50_000


def prose_of(element: HtmlElement, without: re.Pattern[str] | None = None) -> str:
    """All words of an element, less the lines that match `without`."""
    (sighting,) = gather(element, {element}, {})
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
