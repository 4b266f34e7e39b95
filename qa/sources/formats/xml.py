"""XML one element at a time, for large exports; without entities, DTDs and the network."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from qa.errors import SourceError

_SAFE = {
    "resolve_entities": False, "load_dtd": False, "no_network": True, "remove_comments": True, "remove_pis": True,
    "huge_tree": False,
}  # fmt: skip
_ITEMS = frozenset({"item", "entry", "post", "thread", "author", "category"})
_ROOT = re.compile(rb"<([A-Za-z][\w:.-]{0,40})(?:\s[^<>]*)?>")
_ITEM = re.compile(rb"<((?:wp:)?(?:item|entry|post|thread|author|category))(?:\s[^<>]*)?(?<!/)>.*?</\1\s*>", re.DOTALL)
_LONGEST_BEFORE = 10_000  # bytes: a warning of the program that wrote the export, printed before it


def children(data: bytes, name: str, below: str) -> Iterator[Any]:
    """Yield the children of the first element named `below`; each is freed when the next one is read.

    A child with a flaw in it (a control character, a bare "&", an entity that XML does not know, a bad byte) is left
    out.

    Args:
        data: The file; what stands before its XML declaration is passed over.
        name: The file's name, for the error message.
        below: A local name.

    Raises:
        SourceError: At the end, if children were left out or the file is cut off; all others have been yielded.
    """
    from lxml import etree

    start = data.find(b"<?xml", 0, _LONGEST_BEFORE)
    data = data[max(start, 0) :].lstrip()
    items = 0
    try:
        for child in _strict_children(data, below):
            items += local(child) in _ITEMS
            yield child
    except etree.XMLSyntaxError as error:
        yield from _items_without_flaws(data, name, items, error)


def _strict_children(data: bytes, below: str) -> Iterator[Any]:
    from lxml import etree

    events = etree.iterparse(io.BytesIO(data), events=("start", "end"), **_SAFE)
    parent: Any = None
    for event, element in events:
        if event == "start":
            if parent is None and local(element) == below:
                parent = element
        elif parent is not None and element.getparent() is parent:
            yield element
            _free(element)


def _items_without_flaws(data: bytes, name: str, skip: int, error: Any) -> Iterator[Any]:
    """Yield the items after the first `skip`, each parsed alone, so that a flaw costs the item that it is in."""
    from lxml import etree

    root = _ROOT.search(data)
    if root is None:
        raise _cut_off(name, error)
    declaration, closing = data[: root.start()] if data.startswith(b"<?xml") else b"", b"</" + root[1] + b">"
    damaged = 0
    for item in islice(_ITEM.finditer(data), skip, None):
        try:
            document = etree.fromstring(declaration + root[0] + item[0] + closing, etree.XMLParser(**_SAFE))
        except etree.XMLSyntaxError:
            damaged += 1
        else:
            yield document[0]
    if not damaged or not data.rstrip().endswith(closing):
        raise _cut_off(name, error)
    lost = f"{damaged} items are left out" if damaged > 1 else "1 item is left out"
    raise SourceError(f"{name!r} is broken at {_position(error)}; {lost}, the rest is read") from error


def _cut_off(name: str, error: Any) -> SourceError:
    return SourceError(f"{name!r} is cut off or broken at {_position(error)}; what comes before that is read")


def parse(data: bytes, name: str) -> Any:
    """The root of a whole document, for parts of files that are small enough.

    Raises SourceError if it is not well-formed.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"{name!r} holds broken XML: {error!s:.200}") from error


def _free(element: Any) -> None:
    """Free the tree that has been read; the element itself stays, empty, because the parser continues from it."""
    element.clear()
    for sibling in list(element.itersiblings(preceding=True)):
        element.getparent().remove(sibling)


def local(element: Any) -> str:
    """The element's name without its namespace; "" for a comment or an instruction.

    >>> from lxml import etree
    >>> local(etree.fromstring("<a:b xmlns:a='urn:x'/>"))
    'b'
    """
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its local name; "" if it is missing."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def texts(element: Any) -> dict[str, str]:
    """The text of each child by its local name; if several share a name, the first."""
    fields: dict[str, str] = {}
    for child in element:
        fields.setdefault(local(child), text_of(child))
    return fields


def text_of(element: Any) -> str:
    """All text inside an element."""
    return str(element.xpath("string()")) if len(element) else element.text or ""


def _position(error: Any) -> str:
    return f"line {error.lineno}" if error.lineno else "its beginning"
