"""The bytes of a page to its tree, whatever they declare and however broken they are; nothing external is loaded."""

from __future__ import annotations

import codecs
import re

from lxml import etree, html

from qa.errors import SourceError
from qa.sources.decode import decode

_DECLARATION = re.compile(
    rb"""<(?:meta\s[^>]{0,200}?charset|\?xml\s[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_HEAD = 1 << 14  # bytes searched for the declaration; browsers search 1,024, saved pages often carry more before it
_ANY_BYTES = frozenset({"windows-1252", "iso-8859-15", "x-user-defined"})  # any bytes are valid in these
_MOST_DAMAGE = 0.01  # share of replacement characters in a page that is still read
# Characters that no page shows and that lxml refuses to write into a tree.
_CONTROL = dict.fromkeys([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF]) | {0x0C: " "}
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?", re.IGNORECASE)


def parse_page(data: bytes, name: str) -> html.HtmlElement | None:
    """Parse a page.

    Args:
        data: The page as it was saved.
        name: The name of the source, for the error message.

    Returns:
        The tree's root, or None if there is no element in it.

    Raises:
        SourceError: The bytes are not text.
    """
    return parse_html(decode_page(data, name))


def parse_html(text: str) -> html.HtmlElement | None:
    """Parse markup, None if there is no element in it."""
    text = _REFERENCE.sub(_keep_if_allowed, text.translate(_CONTROL))
    # huge_tree lifts the limits on a text's length; elements nested deeper than 2,048 levels are still left out.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _keep_if_allowed(reference: re.Match[str]) -> str:
    """The reference to a character unchanged, "" if no text may hold that character."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    refused = code in _CONTROL or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF
    return "" if refused else reference[0]


def decode_page(data: bytes, name: str) -> str:
    """Decode a page: as UTF-8 if it is valid UTF-8, whatever it declares; otherwise as it declares, if that works."""
    if not (_is_utf8(data) or _has_byte_order_mark(data)):
        text = _decode_as_declared(data)
        if text is not None:
            return text
    try:
        return decode(data, name)
    except SourceError:
        # A saved page is often UTF-8 except for a place or two, where a string was cut in the middle of a character.
        text = data.decode("utf-8", "replace")
        if "\0" in text or text.count("\ufffd") > _MOST_DAMAGE * len(text):
            raise
        return text


def _decode_as_declared(data: bytes) -> str | None:
    """The page in the encoding that it declares, read as browsers read that label; None if that proves nothing."""
    from webencodings import lookup

    match = _DECLARATION.search(data[:_HEAD])
    encoding = lookup(match[1].decode("ascii")) if match else None
    if encoding is None or encoding.name in _ANY_BYTES or encoding.name.startswith("utf"):
        return None
    try:
        return str(encoding.codec_info.decode(data)[0])
    except UnicodeDecodeError:
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_byte_order_mark(data: bytes) -> bool:
    return data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
