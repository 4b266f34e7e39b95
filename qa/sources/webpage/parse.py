"""Bytes of a page to its tree, whatever they declare and however broken they are; nothing is loaded from elsewhere."""

from __future__ import annotations

import codecs
import re

from lxml import etree, html

from qa.errors import SourceError
from qa.sources.decode import decode

_DECLARED = re.compile(
    rb"""<(?:meta\s[^>]{0,200}?charset|\?xml\s[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_HEAD = 1 << 14
_WESTERN = frozenset({"iso8859-1", "cp1252", "ascii", "iso8859-15"})
_MOST_DAMAGE = 0.01
# What no page shows, and what lxml refuses to write back into a tree.
_CONTROL = dict.fromkeys([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF]) | {0x0C: " "}
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?", re.IGNORECASE)


def parse(data: bytes, name: str) -> html.HtmlElement | None:
    """The tree of a page, None where there is no element in it.

    Raises SourceError, naming the source, where the bytes are not text.
    """
    text = _REFERENCE.sub(_shown, page_text(data, name).translate(_CONTROL))
    # huge_tree lifts the limits on a text's length; what is nested deeper than 2,048 levels is still left out.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _shown(reference: re.Match[str]) -> str:
    """A reference to a character as it stands, nothing where no text may hold that character."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    refused = code in _CONTROL or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF
    return "" if refused else reference[0]


def page_text(data: bytes, name: str) -> str:
    """The page as text: UTF-8 where it is UTF-8, whatever it says; else as it says, where that can be so."""
    if not (_is_utf8(data) or _starts_with_mark(data)) and (declared := _declared(data)):
        try:
            return data.decode(declared)
        except UnicodeDecodeError:
            pass
    try:
        return decode(data, name)
    except SourceError:
        # A saved page is often UTF-8 but for a place or two, where somebody cut a string in the middle of a letter.
        text = data.decode("utf-8", "replace")
        if "\0" in text or text.count("\ufffd") > _MOST_DAMAGE * len(text):
            raise
        return text


def _declared(data: bytes) -> str | None:
    """The codec that the page names, unless it is a Western one: every sequence of bytes passes for that."""
    match = _DECLARED.search(data[:_HEAD])
    try:
        found = codecs.lookup(match[1].decode("ascii")) if match else None
    except LookupError:
        return None
    # Some codecs of Python (hex, rot13, zip) are no encodings of text.
    if found is None or not found._is_text_encoding or found.name in _WESTERN or found.name.startswith("utf"):
        return None
    return found.name


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _starts_with_mark(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
