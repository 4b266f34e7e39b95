"""A page's main text, by trafilatura, in paragraphs; if it finds none, everything that the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.patterns.attribution import is_name_line
from qa.sources.patterns.buttons import leads_elsewhere
from qa.sources.patterns.dates import is_time
from qa.sources.patterns.names import clean_name
from qa.sources.webpage.blocks import (
    UNSHOWN_TAGS,
    has_many_elements,
    is_hidden,
    join_blocks,
    lay_out,
    short_text,
    without_item_mark,
)
from qa.sources.webpage.collect import is_teaser
from qa.sources.webpage.omissions import restore_cells, restore_lines, restore_paragraphs

# A main text this much shorter than the words of the page that are no links is not the main text; in characters, and
# as a share. Of the pages of `web-pages`, none with a right main text is below it.
_LONG_PAGE, _LEAST_SHARE = 5_000, 0.05
_MOST_IN_LINE = 3  # lines of a page in one line of text, which trafilatura makes of a page in which it finds no text
_FIRST = 100  # lines of a page that are looked for in that line, which bounds the time of a hostile page
_WHOLE_SHARE = 0.9  # of the characters that a page shows; trafilatura takes all of a page in which it finds no text


@dataclass(frozen=True, slots=True)
class MainText:
    """The main text of a page, and the author if a link right above it names one."""

    text: str
    author: str | None = None


def extract_main_text(root: HtmlElement) -> MainText:
    """Extract the main text of a page whose comments were cut out."""
    import trafilatura

    if has_many_elements(root):
        return MainText(_element_text(root))
    try:
        document = trafilatura.bare_extraction(root, include_comments=False)
    except Exception:  # trafilatura can fail on a broken page, whose words can still be read
        document = None
    body = None if document is None or isinstance(document, dict) else document.body
    links = {" ".join("".join(link.itertext()).split()) for link in root.iter("a")}
    text = "" if body is None else _element_text(body, links)
    if not text or _is_whole_page(root, text):
        articles = list(islice(root.iter("article"), 2))
        shown = _shown_text(articles[0] if len(articles) == 1 else root)
        return _whole_if_short(root, shown.text) or shown
    if whole := _whole_if_short(root, text):
        return whole
    text = restore_lines(root, restore_cells(root, restore_paragraphs(root, text, links)))
    lede = find_lede(root, text)
    return MainText(f"{lede}\n\n{text}" if lede else text)


def _whole_if_short(root: HtmlElement, text: str) -> MainText | None:
    """All words of a long page, if its main text is only a few per cent of them."""
    if len(text) >= max(_LEAST_SHARE * _LONG_PAGE, _LEAST_SHARE * _plain_length(root)):
        return None
    shown = _shown_text(root)
    return shown if len(shown.text) > _LONG_PAGE else None


def _is_whole_page(root: HtmlElement, text: str) -> bool:
    """Whether the main text is all that the page shows: in one line, or mostly links, its menus and a short post."""
    keys = ["".join(block.text.split()) for block in lay_out(root)]
    key = "".join(text.split())
    if "\n" not in text and sum(block in key for block in keys[:_FIRST]) >= _MOST_IN_LINE:
        return True
    return len(key) >= _WHOLE_SHARE * sum(map(len, keys)) and is_teaser(root)


def _plain_length(root: HtmlElement) -> int:
    return sum(len(block.text) for block in lay_out(root) if not block.is_link)


def _shown_text(root: HtmlElement) -> MainText:
    """All words of a page, or of an article, but its menus: lines that are links, unless there is nothing else."""
    blocks = lay_out(root)
    plain = [block for block in blocks if not block.is_link] or blocks
    before = blocks.index(plain[0]) - 1 if plain else -1
    author = clean_name(blocks[before].text) if before >= 0 else None
    return MainText(join_blocks(plain)[0], author if author and is_name_line(author) else None)


def _element_text(element: HtmlElement, links: Set[str] = frozenset()) -> str:
    """All words of an element, without the lines that lead to another article by one of these links."""
    blocks = lay_out(element, bullets=True)
    return join_blocks([block for block in blocks if not leads_elsewhere(without_item_mark(block.text), links)])[0]


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
