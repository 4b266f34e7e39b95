"""XML one element at a time, for large exports; without entities, DTDs and the network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError


def children(data: bytes, name: str, below: str) -> Iterator[Any]:
    """Yield the children of the first element named `below`; each is freed when the next one is read.

    Args:
        data: The file.
        name: The file's name, for the error message.
        below: A local name.

    Raises:
        SourceError: The file is cut off or is not well-formed; the elements before that have been yielded.
    """
    from lxml import etree

    events = etree.iterparse(
        io.BytesIO(data), events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True,
        remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
    parent: Any = None
    try:
        for event, element in events:
            if event == "start":
                if parent is None and local(element) == below:
                    parent = element
            elif parent is not None and element.getparent() is parent:
                yield element
                _free(element)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"{name!r} is cut off or broken at {_position(error)}; what comes before that is read"
        ) from error


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
