"""HTML to text: the words of a tree as a reader sees them, in blocks of one line each.

Everything that turns markup into text goes through `TextLayout`: an article (`lay_out`), the comments of a page
(`webpage.collect`, which hands each word to its comment) and the HTML inside an export's post (`sources.html_text`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice
from typing import TYPE_CHECKING

from qa.sources.patterns.lines import BULLETS
from qa.types import Span

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The last words of each set are the tags of trafilatura's XML.
_PARAGRAPH_TAGS = frozenset(
    "p section article blockquote pre h1 h2 h3 h4 h5 h6 ul ol dl table figure header footer main aside form hr"
    " fieldset address details quote list head".split()
)
_LINE_TAGS = frozenset("li tr dt dd br figcaption summary caption option lb item row".split())
_CELL_TAGS = frozenset({"td", "th", "cell"})
_CELL_MARK = "| "
_ITEM_TAGS = frozenset({"li", "item"})
_NUMBER = re.compile(r"\d{1,6}")
_BULLET = "• "
# What the author has typed before an item's words.
_TYPED_MARK = re.compile(rf"\s*(?:[{BULLETS}*–—-]|\(?(?:\d{{1,3}}|[a-z])[.)])\s")
_ITEM_MARK = re.compile(rf"{_BULLET}|\d{{1,6}}\. ")
UNSHOWN_TAGS = frozenset(
    "script style template noscript svg title button select textarea input iframe object embed canvas audio"
    " video map math".split()
)
"""Elements whose text is not part of what a page says: code, controls, and placeholders for media."""
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASSES = frozenset(
    "hidden hide screen-reader-text sr-only visually-hidden visuallyhidden noshow d-none is-hidden u-hidden".split()
)
_QUOTE_CLASS = re.compile(
    r"(?:.*[-_])?(?:block)?quot(?:e|ed|ation)(?:box|content|text|title|block|-container)?|gmail_attr|moz-cite-prefix|yahoo_quoted|zmail_extra",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_LONGEST_FORM = 600  # characters; old Reddit puts a whole comment into a <form>, and a long one holds words to read
_SHORTEST_ADDRESS = 10  # characters of a cut-off address by which it is known
# Limits on what a hostile page can make us look at.
_LONGEST_ATTRIBUTE, _MOST_CLASSES, _MOST_ELEMENTS = 1_000, 40, 50_000


class TextRegion(IntEnum):
    """Where a block is in a comment.

    What the page tells about the member (PROFILE), among the author and date (META), in a heading (HEADING), anywhere
    else outside the body (LOOSE), or in what is named the body (BODY).
    """

    PROFILE = 0
    META = 1
    HEADING = 2
    LOOSE = 3
    BODY = 4


@dataclass(frozen=True, slots=True)
class TextStyle:
    """What holds for words: whether someone else is quoted, where they are, and in which kinds of element.

    `preformatted` is true inside a <pre>, `linked` inside a link, `paragraph` inside a <p>.
    """

    quoted: bool = False
    region: TextRegion = TextRegion.BODY
    preformatted: bool = False
    linked: bool = False
    paragraph: bool = False


_PLAIN = TextStyle()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One line of text.

    `quoted` if it is someone else's; `breaks` (1 or 2) line breaks after the block before it; `link` the text of its
    first link, None without one; `is_link` if all its words are links; `paragraph` if it is in a <p>.
    """

    text: str
    quoted: bool = False
    breaks: int = 1
    region: TextRegion = TextRegion.BODY
    link: str | None = None
    is_link: bool = False
    paragraph: bool = False


class TextLayout:
    """Lays out the words and tags of a walk through a tree as blocks.

    Args:
        division_breaks: Line breaks around a <div>: 2 in a page, where it sets paragraphs apart; 1 in a mail, where
            it holds one line.
        newlines_break: Whether a newline in the text breaks the line, as blogs show a post without <p>.
    """

    def __init__(self, *, division_breaks: int = 2, newlines_break: bool = False) -> None:
        self.has_body = False
        """Whether words of the body were added."""
        self._blocks: list[TextBlock] = []
        self._pieces: list[str] = []
        self._breaks = 0
        self._style = TextStyle(region=TextRegion.LOOSE)
        self._first_link: list[str] = []
        self._link_ended = False
        self._all_linked = True
        self._division_breaks = division_breaks
        self._newlines_break = newlines_break
        self._after_tag = False
        self._marker = ""
        self._numbers: dict[HtmlElement, int] = {}

    def add(self, text: str | None, style: TextStyle = _PLAIN) -> None:
        """Add words; white space becomes one blank unless the text is preformatted, as in a <pre>."""
        if not text:
            return
        if text.strip():
            if (style.quoted, style.region) != (self._style.quoted, self._style.region):
                self._end_line(1)
            self._style = style
            if self._marker and not _TYPED_MARK.match(text):
                self._pieces.append(self._marker)
            self._marker = ""
            self._note_link(text, style.linked)
            self.has_body = self.has_body or style.region is TextRegion.BODY
        if style.preformatted:
            self._add_lines(text, preformatted=True)
        elif self._newlines_break:
            # A newline in the source next to a tag that breaks the line anyway is not a break that the author made.
            self._add_lines(re.sub(r"^[ \t]*\n", "", text) if self._after_tag else text)
        else:
            self._pieces.append(_BLANKS.sub(" ", text))
        self._after_tag = False

    def _note_link(self, text: str, linked: bool) -> None:
        self._all_linked = self._all_linked and (linked or not any(map(str.isalnum, text)))
        if linked and not self._link_ended:
            self._first_link.append(text)
        self._link_ended = self._link_ended or (bool(self._first_link) and not linked)

    def open_tag(
        self, element: HtmlElement, *, quoted: bool = False, numbered: bool = True, bullets: bool = False
    ) -> None:
        """Break the line as the start of this element does; an item of a list begins with its number or a bullet."""
        if element.tag == "br":
            self._break_line()
            self._after_tag = True
        else:
            self._break_at(element, quoted=quoted)
            if element.tag in _CELL_TAGS and _is_cell(element.getprevious()):
                self._pieces.append(_CELL_MARK)
            elif element.tag in _ITEM_TAGS and (parent := element.getparent()) is not None:
                kind = parent.get("rend") or parent.tag
                if kind == "ol" and numbered:
                    self._number(element, parent)
                elif kind == "ul" and bullets:
                    self._marker = _BULLET

    def _number(self, item: HtmlElement, parent: HtmlElement) -> None:
        """Begin an item of a numbered list with its number."""
        given = item.get("value") or (parent.get("start") if parent not in self._numbers else None) or ""
        number = int(given) if _NUMBER.fullmatch(given) else self._numbers.get(parent, 0) + 1
        self._numbers[parent] = number
        self._marker = f"{number}. "

    def close_tag(self, element: HtmlElement, *, quoted: bool = False) -> None:
        """Break the line as the end of this element does."""
        if element.tag in _ITEM_TAGS:
            self._marker = ""
        if element.tag != "br":
            self._break_at(element, quoted=quoted)

    def finish(self) -> list[TextBlock]:
        """Return all blocks; nothing can be added afterwards."""
        self._end_line(2)
        return self._blocks

    def _break_at(self, element: HtmlElement, *, quoted: bool) -> None:
        tag = element.tag
        breaks = 0
        if tag in _PARAGRAPH_TAGS or (tag == "code" and "\n" in (element.text or "")):
            breaks = 2
        elif tag == "div":
            breaks = self._division_breaks
        elif tag in _LINE_TAGS or (tag == "cite" and quoted):
            breaks = 1
        elif tag in _CELL_TAGS:
            self._pieces.append(" ")
        if breaks:
            self._end_line(breaks)
            self._after_tag = True

    def _add_lines(self, text: str, *, preformatted: bool = False) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._break_line(preformatted=preformatted)
            self._pieces.append(line if preformatted else _BLANKS.sub(" ", line))

    def _break_line(self, *, preformatted: bool = False) -> None:
        """End the line; on an empty line make a paragraph."""
        self._end_line(1 if any(map(str.strip, self._pieces)) else 2, preformatted=preformatted)

    def _end_line(self, breaks: int, *, preformatted: bool = False) -> None:
        worded = any(piece.strip() for piece in self._pieces if piece is not _CELL_MARK)  # not a row of empty cells
        text = "".join(self._pieces) if worded else ""
        self._pieces.clear()
        text = text.rstrip() if preformatted or self._style.preformatted else _BLANKS.sub(" ", text).strip()
        if text.strip():
            link = " ".join("".join(self._first_link).split()) or None
            is_link = link is not None and self._all_linked
            style = self._style
            block = TextBlock(text, style.quoted, self._breaks or 1, style.region, link, is_link, style.paragraph)
            self._blocks.append(block)
            self._breaks = breaks
        else:
            self._breaks = max(self._breaks, breaks)
        self._first_link.clear()
        self._link_ended, self._all_linked = False, True


def lay_out(root: HtmlElement, layout: TextLayout | None = None, *, bullets: bool = False) -> list[TextBlock]:
    """The blocks of all shown words of a tree.

    Args:
        root: The tree; if it is itself an item of a list, it begins with no number.
        layout: What lays it out; None for a page's.
        bullets: Whether the items of a list without numbers begin with a bullet, as a reader sees them: in what someone
            wrote, not in menus and the like.
    """
    from lxml import etree

    layout = layout or TextLayout()
    open_styles = [_PLAIN]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            style = style_inside(element, open_styles[-1])
            if element.tag == "blockquote" or has_quote_class(element):
                style = replace(style, quoted=True)
            open_styles.append(style)
            is_inside = element is not root
            layout.open_tag(element, quoted=style.quoted, numbered=is_inside, bullets=bullets and is_inside)
            if element is not root and (element.tag in UNSHOWN_TAGS or is_hidden(element) or is_short_form(element)):
                walk.skip_subtree()
            else:
                layout.add(shown_text(element), style)
        else:
            layout.close_tag(element, quoted=open_styles.pop().quoted)
            if element is not root:
                layout.add(element.tail, open_styles[-1])
    return layout.finish()


def style_inside(element: HtmlElement, around: TextStyle) -> TextStyle:
    """What the element's tag changes for the words inside it."""
    match element.tag:
        case "pre":
            return replace(around, preformatted=True)
        case "a":
            return replace(around, linked=True)
        case "p":
            return replace(around, paragraph=True)
    return around


def join_blocks(blocks: Sequence[TextBlock]) -> tuple[str, tuple[Span, ...]]:
    """Return the blocks as one text, and the spans of it that are quoted."""
    pieces: list[str] = []
    spans: list[Span] = []
    end = 0
    for number, block in enumerate(blocks):
        gap = "\n" * block.breaks if number else ""
        start = end + len(gap)
        end = start + len(block.text)
        pieces += (gap, block.text)
        if block.quoted:
            if spans and blocks[number - 1].quoted:
                start = spans.pop()[0]
            spans.append((start, end))
    return "".join(pieces), tuple(spans)


def without_item_mark(line: str) -> str:
    """The line without the number or the bullet that an item of a list begins with.

    >>> without_item_mark("• Eggs"), without_item_mark("2. Beat them."), without_item_mark("2 eggs")
    ('Eggs', 'Beat them.', '2 eggs')
    """
    mark = _ITEM_MARK.match(line)
    return line[mark.end() :] if mark else line


def _is_cell(element: HtmlElement | None) -> bool:
    return element is not None and element.tag in _CELL_TAGS


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element's own attributes hide it."""
    style, classes = element.get("style"), element.get("class")
    if element.get("hidden") is not None or (style and _HIDDEN_STYLE.search(style[:_LONGEST_ATTRIBUTE])):
        return True
    return bool(classes and not _HIDDEN_CLASSES.isdisjoint(classes[:_LONGEST_ATTRIBUTE].lower().split()))


def has_quote_class(element: HtmlElement) -> bool:
    """Whether the element's classes say that it quotes someone."""
    classes = (element.get("class") or "")[:_LONGEST_ATTRIBUTE].split()[:_MOST_CLASSES]
    return any(_QUOTE_CLASS.fullmatch(name) for name in classes)


def is_short_form(element: HtmlElement) -> bool:
    """Whether the element is a form with little more in it than its labels."""
    return element.tag == "form" and short_text(element, _LONGEST_FORM) is not None


def shown_text(element: HtmlElement) -> str | None:
    """The text before an element's first child; for a link that shows the start of its address, the whole address."""
    text: str | None = element.text
    if element.tag != "a" or not text:
        return text
    start = text.rstrip(".…")
    address = element.get("href") or ""
    cut_off = start != text and len(start) > _SHORTEST_ADDRESS and address.startswith(start)
    return str(address) if cut_off else text


def short_text(element: HtmlElement, limit: int) -> str | None:
    """The words in an element on one line, None if there are more than `limit` characters."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        pieces.append(str(piece))
        length += len(piece.strip())
        if length > limit or len(pieces) > limit:
            return None
    return " ".join("".join(pieces).split())


def has_many_elements(root: HtmlElement) -> bool:
    """Whether a tree is larger than any page that people read; trafilatura takes quadratic time on some of those."""
    return sum(1 for _ in islice(root.iter(), _MOST_ELEMENTS)) == _MOST_ELEMENTS
