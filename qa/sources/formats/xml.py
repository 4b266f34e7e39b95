"""XML one element at a time, for exports that are larger than memory likes: no entity, no DTD, no network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError


def children(data: bytes, name: str, below: str) -> Iterator[Any]:
    """Yield the elements right below the first element named `below`, each forgotten when the next is asked for.

    What stands whole before a flaw or a cut is yielded first. Raises SourceError at the flaw.
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
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{name!r} is cut off or broken at {_place(error)}; what stands before it is read") from error


def _forget(element: Any) -> None:
    """Free what was read of the tree; the element itself stays, empty, as the place where the parser goes on."""
    element.clear()
    for before in list(element.itersiblings(preceding=True)):
        element.getparent().remove(before)


def local(element: Any) -> str:
    """The element's name without its namespace; "" for what is no element.

    >>> from lxml import etree
    >>> local(etree.fromstring("<a:b xmlns:a='urn:x'/>"))
    'b'
    """
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def texts(element: Any) -> dict[str, str]:
    """The text of each child by its local name, the first of a name."""
    found: dict[str, str] = {}
    for child in element:
        found.setdefault(local(child), text_of(child))
    return found


def text_of(element: Any) -> str:
    """All text inside an element."""
    return str(element.xpath("string()")) if len(element) else element.text or ""


def _place(error: Any) -> str:
    return f"line {error.lineno}" if error.lineno else "its beginning"
