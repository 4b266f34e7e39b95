"""What trafilatura loses of an article: paragraphs between its own, the lines of a <pre>, lists in a table's cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.patterns.boilerplate import is_boilerplate
from qa.sources.patterns.buttons import BUTTON, leads_elsewhere
from qa.sources.patterns.dates import is_time_label
from qa.sources.webpage.blocks import UNSHOWN_TAGS, is_hidden, join_blocks, lay_out, without_item_mark
from qa.sources.webpage.roles import Role, role_of

_TAGS = frozenset("p pre li td th dd dt blockquote figcaption caption h2 h3 h4 h5 h6".split())
_ASIDE_TAGS = frozenset("nav aside footer form header figure menu".split())
# Chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py): the characters by which a paragraph is
# recognised wherever it is in the main text, not only as its next line, the share of the main text in the article's
# element, and of what may be added to it.
_SHORTEST_KEY = 20
_MAIN_SHARE, _MOST_ADDED = 0.9, 0.5
_LONGEST_ROW = 2_000  # characters; a longer row lays out a page rather than what it says


@dataclass(frozen=True, slots=True)
class _Paragraph:
    element: HtmlElement
    text: str
    key: str  # see `_key`
    line: int | None  # where it is in the main text, None if it was left out


def restore_paragraphs(root: HtmlElement, text: str, links: Set[str]) -> str:
    """Add to a main text the paragraphs between its own that were left out of it.

    Args:
        root: The page's tree.
        text: Its main text.
        links: The texts of its links.
    """
    lines = text.split("\n")
    keys = [_key(line) for line in lines]
    paragraphs = list(_paragraphs(root, keys))
    kept = [number for number, paragraph in enumerate(paragraphs) if paragraph.line is not None]
    if not kept:
        return text
    around = _article_element([paragraphs[number] for number in kept])
    parents = {paragraphs[number].element.getparent() for number in kept}
    added: dict[int, list[str]] = {}
    line = 0
    for number in range(kept[0], kept[-1] + 1):
        paragraph = paragraphs[number]
        if paragraph.line is not None:
            line = paragraph.line
            continue
        # It may be there in several lines, or in one with other words: the lines of a <br>, the cells of a row.
        after = paragraphs[kept[bisect_right(kept, number)]].line or 0
        is_there = paragraph.key in "".join(keys[line : max(line, after) + 1])
        is_among = paragraph.element.getparent() in parents
        if is_among and not is_there and not _is_furniture(paragraph, around, links):
            added.setdefault(line, []).append(paragraph.text)
    if sum(len(each) for texts in added.values() for each in texts) > _MOST_ADDED * len(text):
        return text
    return "\n".join(
        piece for number, line_text in enumerate(lines) for piece in (line_text, *_apart(added.get(number, [])))
    )


def restore_lines(root: HtmlElement, text: str) -> str:
    """Give the lines back to each text in a <pre> that came out as one line.

    Args:
        root: The page's tree.
        text: Its main text.
    """
    kept = (join_blocks(lay_out(element))[0] for element in root.iter("pre"))
    by_key = {"".join(lines.split()): lines for lines in kept if "\n" in lines}
    if not by_key:
        return text
    return "\n".join(_with_lines(line, by_key) for line in text.split("\n"))


def restore_cells(root: HtmlElement, text: str) -> str:
    """Give the lists in their cells back to the rows of a table, each still on one line.

    Args:
        root: The page's tree.
        text: Its main text.
    """
    by_key: dict[str, str] = {}
    for row in root.iter("tr"):
        if row.find(".//td//li") is None or row.find(".//table") is not None:
            continue
        whole = " ".join(join_blocks(lay_out(row, bullets=True))[0].split())
        rest = deepcopy(row)
        for element in [*rest.iter("ul", "ol")]:
            element.drop_tree()
        key = _key(join_blocks(lay_out(rest))[0])
        if key and len(whole) <= _LONGEST_ROW:
            by_key[key] = whole
    if not by_key:
        return text
    return "\n".join(by_key.get(_key(line), line) for line in text.split("\n"))


def _with_lines(line: str, by_key: Mapping[str, str]) -> str:
    """The line, or the lines that it was in a <pre>, behind the mark of the item that this is."""
    words = without_item_mark(line)
    lines = by_key.get("".join(words.split()))
    return line if lines is None else line[: len(line) - len(words)] + lines


def _key(text: str) -> str:
    """A text without what layout adds to it: white space, the mark of an item, the bars between cells."""
    return "".join(without_item_mark(text).replace("|", "").split())


def _apart(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield ""
        yield text


def _paragraphs(root: HtmlElement, keys: Sequence[str]) -> Iterator[_Paragraph]:
    """The innermost elements that hold a paragraph each, in page order; `keys` are those of the main text's lines."""
    at = -1
    for element in _innermost(root):
        text = join_blocks(lay_out(element))[0]
        key = _key(text)
        if not key:
            continue
        following = next((n for n in range(at + 1, len(keys)) if keys[n]), None)
        line = following if following is not None and key == keys[following] else None
        if line is None and len(key) >= _SHORTEST_KEY:
            line = next((n for n in range(max(at, 0), len(keys)) if key in keys[n]), None)
        at = at if line is None else line
        yield _Paragraph(element, text, key, line)


def _innermost(root: HtmlElement) -> Iterator[HtmlElement]:
    walk = etree.iterwalk(root, events=("start", "end"))
    holds_none = False
    for event, element in walk:
        if event == "start":
            if element.tag in UNSHOWN_TAGS or is_hidden(element):
                walk.skip_subtree()
            holds_none = holds_none or element.tag in _TAGS
            holds_none = element.tag in _TAGS or (holds_none and element.tag not in _TAGS)
        elif element.tag in _TAGS and holds_none:
            holds_none = False
            yield element


def _article_element(kept: list[_Paragraph]) -> HtmlElement:
    """The innermost element that holds nearly all of the main text."""
    counts: dict[HtmlElement, int] = {}
    for paragraph in kept:
        for above in paragraph.element.iterancestors():
            counts[above] = counts.get(above, 0) + len(paragraph.key)
    total = sum(len(paragraph.key) for paragraph in kept)
    enough = [element for element, count in counts.items() if count >= _MAIN_SHARE * total]
    return max(enough, key=lambda element: sum(1 for _ in element.iterancestors()))


def _is_furniture(paragraph: _Paragraph, around: HtmlElement, links: Set[str]) -> bool:
    text = " ".join(paragraph.text.split())
    if paragraph.element.tag in ("h2", "h3", "h4", "h5", "h6"):
        return True
    if leads_elsewhere(text, links) or BUTTON.fullmatch(text) or is_boilerplate(text) or is_time_label(text):
        return True
    linked = sum(len("".join("".join(link.itertext()).split())) for link in paragraph.element.iter("a"))
    if linked * 2 > len(paragraph.key):
        return True
    for element in (paragraph.element, *paragraph.element.iterancestors()):
        if element is around:
            return False
        if element.tag in _ASIDE_TAGS or role_of(element) & (Role.FURNITURE | Role.ELSEWHERE | Role.SECTION):
            return True
    return True
