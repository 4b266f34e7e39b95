"""The HTML inside a post to plain text: its paragraphs and lines kept, the words that it quotes marked."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from qa.sources.patterns.quotes import joined, quoted
from qa.sources.sanitize import words
from qa.types import Span

_PARAGRAPHS = frozenset("p blockquote pre ul ol dl table h1 h2 h3 h4 h5 h6 figure section article aside hr".split())
_LINES = frozenset("div li tr dt dd br figcaption details summary header footer".split())
_UNREAD = frozenset("script style noscript template head iframe object svg button select textarea".split())
_QUOTES = frozenset(("quote", "bbcode_quote", "quotetitle", "gmail_quote", "gmail_attr", "moz-cite-prefix"))
_WHITE = re.compile(r"[^\S\xa0]+")
_WHITE_BUT_BREAKS = re.compile(r"[^\S\n\xa0]+")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")


class _Words:
    """Text as it is laid out: white space waits until a word follows it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._space = False

    def __str__(self) -> str:
        return "".join(self._pieces)

    @property
    def next(self) -> int:
        """Where the next word will stand, were it written now."""
        return self._length + (self._breaks if self._length else 0)

    def part(self, breaks: int) -> None:
        self._breaks = max(self._breaks, breaks)

    def say(self, text: str, *, as_it_stands: bool = False, lines: bool = False) -> None:
        if as_it_stands:
            self._write(text.strip("\n")) if text.strip() else self.part(min(text.count("\n"), 2))
            return
        if lines:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self.part(min(self._breaks + 1, 2))
                self.say(_WHITE_BUT_BREAKS.sub(" ", line))
            return
        text = _WHITE.sub(" ", text)
        self._space = self._space or text.startswith(" ")
        if bare := text.strip(" "):
            self._write(bare)
        self._space = self._space or text.endswith(" ")

    def _write(self, text: str) -> None:
        if self._length:
            text = ("\n" * self._breaks or (" " if self._space else "")) + text
        self._pieces.append(text)
        self._length += len(text)
        self._breaks, self._space = 0, False


def html_to_text(html: object) -> tuple[str, tuple[Span, ...]]:
    """The text of a piece of HTML, and the spans of it that quote somebody else.

    Line breaks in it count where it has no paragraphs of its own, as blogs take them.

    >>> html_to_text("<blockquote>It rains.</blockquote>No, <b>it</b> does not.<br>Look!")
    ('It rains.\\n\\nNo, it does not.\\nLook!', ((0, 9),))
    """
    source = words(html)
    if not _MARKUP.search(source):
        return source, quoted(source)
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(b"<html><body>" + source.encode("utf-8") + b"</body></html>", parser)
    except etree.LxmlError:
        root = None
    text, spans = ("", ()) if root is None else _laid_out(root, lines="<p" not in source.lower())
    if not text:  # tags nested deeper than the parser goes, or none that closes
        text = words(unescape(_TAG.sub(" ", source)))
        spans = quoted(text)
    return text, spans


def _laid_out(root: Any, *, lines: bool) -> tuple[str, tuple[Span, ...]]:
    from lxml import etree

    said, spans = _Words(), list[Span]()
    unread, verbatim, quoting, quote_start = 0, 0, 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        quotes = tag == "blockquote" or (tag in ("aside", "div") and _QUOTES & set(element.get("class", "").split()))
        if event == "start":
            unread += tag in _UNREAD
            said.part(2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0)
            verbatim += tag == "pre"
            if quotes:
                quote_start = said.next if not quoting else quote_start
                quoting += 1
            following = element.text
        else:
            following = None
        if following and not unread:
            text = _whole_link(element, following) if tag == "a" else following
            said.say(text, as_it_stands=verbatim > 0, lines=lines)
        if event == "end":
            unread -= tag in _UNREAD
            verbatim -= tag == "pre"
            if quotes:
                quoting -= 1
                if not quoting:
                    spans.append((quote_start, said._length))
            said.part(2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0)
            if tag in ("td", "th"):
                said._space = True
            if element.tail and not unread:
                said.say(element.tail, as_it_stands=verbatim > 0, lines=lines)
    text = str(said)
    return text, joined([*spans, *quoted(text)])


def _whole_link(element: Any, shown: str) -> str:
    """The address of a link that shows the beginning of it and three dots."""
    address = element.get("href") or ""
    stem = shown.rstrip(".…")
    return address if stem != shown and len(stem) > 10 and address.startswith(stem) else shown
