"""A page's main text, by trafilatura, in paragraphs; if it finds none, everything that the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from qa.sources.patterns.buttons import ELSEWHERE
from qa.sources.patterns.dates import is_time
from qa.sources.webpage.blocks import UNSHOWN_TAGS, has_many_elements, is_hidden, join_blocks, lay_out, short_text
from qa.sources.webpage.collect import is_teaser


def extract_main_text(root: HtmlElement) -> str:
    """Extract the main text of a page whose comments were cut out."""
    import trafilatura

    if has_many_elements(root):
        return _element_text(root)
    try:
        document = trafilatura.bare_extraction(root, include_comments=False)
    except Exception:  # trafilatura can fail on a broken page, whose words can still be read
        document = None
    body = None if document is None or isinstance(document, dict) else document.body
    text = "" if body is None else _element_text(body, without=ELSEWHERE)
    if not text:
        return _element_text(root)
    lede = find_lede(root, text)
    return f"{lede}\n\n{text}" if lede else text


def _element_text(element: HtmlElement, without: re.Pattern[str] | None = None) -> str:
    """All words of an element, without the lines that match `without`."""
    blocks = lay_out(element)
    return join_blocks([block for block in blocks if not (without and without.fullmatch(block.text))])[0]


_LEDE_TAGS = ("p", "h2", "h3", "h4", "div", "strong", "span")
# In characters, chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py).
_SHORTEST_LEDE, _LONGEST_LEDE = 60, 900
_KEY = 50  # the first characters of a text, by which it is recognised in the main text
_MOST_BLOCKS = 60
_SENTENCE_ENDS = (".", "!", "?", "…", "“", "”", '"', "»", ")")


def find_lede(root: HtmlElement, text: str) -> str:
    """Find the sentences between the page's title and its main text, which trafilatura leaves out of it.

    They have to look like sentences: a byline, a date and a row of links can be there too.

    Args:
        root: The page's tree.
        text: Its main text.

    Returns:
        The sentences in paragraphs, "" if there are none.
    """
    main = " ".join(text.split())
    title = next(root.iter("h1"), None)
    if title is None or not main:
        return ""
    lede: list[str] = []
    for number, (element, block) in enumerate(_texts_after(root, title)):
        if number >= _MOST_BLOCKS:
            return ""
        if block[:_KEY] in main:
            return "\n\n".join(dict.fromkeys(lede))
        if element.tag == "h1":
            lede.clear()
        elif _is_sentence(block) and not is_teaser(element):
            lede.append(block)
    return ""


def _is_sentence(block: str) -> bool:
    return len(block) >= _SHORTEST_LEDE and block.endswith(_SENTENCE_ENDS) and not is_time(block)


def _texts_after(root: HtmlElement, title: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The texts after the title, each with the element that holds it; elements inside one of these are passed over."""
    began = False
    taken: set[HtmlElement] = set()
    for element in root.iter("h1", *_LEDE_TAGS):
        if element is title:
            began = True
            continue
        if element.getparent() in taken:
            taken.add(element)
            continue
        if not began or element.tag in UNSHOWN_TAGS or is_hidden(element):
            continue
        own_text = (element.text or "").strip()
        if own_text or element.tag not in ("div", "span"):
            block = short_text(element, _LONGEST_LEDE)
            if block and len(block) > _SHORTEST_LEDE // 2:
                taken.add(element)
                yield element, block
            elif block is None and own_text:
                yield element, " ".join(own_text.split())
