"""The HTML inside a post to plain text: paragraphs and lines kept, the words that it quotes marked."""

from __future__ import annotations

import re
from html import unescape

from qa.sources.patterns.quotes import find_quotes, merge_spans
from qa.sources.sanitize import words
from qa.sources.webpage.blocks import TextLayout, join_blocks, lay_out
from qa.types import Span

_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")


def html_to_text(html: object, *, newlines_break: bool | None = None) -> tuple[str, tuple[Span, ...]]:
    """Return the text of a piece of HTML, and the spans of it that quote someone else.

    Args:
        html: The markup; anything but a string is an empty text.
        newlines_break: Whether newlines in it break lines; None if they do without a <p>, as on blogs.

    >>> html_to_text("<blockquote>It rains.</blockquote>No, <b>it</b> does not.<br>Look!")
    ('It rains.\\n\\nNo, it does not.\\nLook!', ((0, 9),))
    """
    source = words(html)
    if not _MARKUP.search(source):
        return source, find_quotes(source)
    from qa.sources.webpage.parse import parse_html

    root = parse_html(f"<html><body>{source}</body></html>")
    if root is None or not any(map(str.strip, root.itertext())):  # tags nested deeper than the parser goes, or broken
        text = words(unescape(_TAG.sub(" ", source)))
        return text, find_quotes(text)
    if newlines_break is None:
        newlines_break = "<p" not in source.lower()
    layout = TextLayout(division_breaks=1, newlines_break=newlines_break)
    text, spans = join_blocks(lay_out(root, layout, bullets=True))
    return text, merge_spans([*spans, *find_quotes(text)])
