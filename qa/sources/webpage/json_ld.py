"""Comments that a page tells to machines alone: schema.org's, in JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from lxml.html import HtmlElement

from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name

_LISTS = ("comment", "comments", "suggestedAnswer", "acceptedAnswer")
_TAG = re.compile(r"<(/?)(p|br|div|li|ul|ol|blockquote)\b[^<>]{0,500}>|<[^<>]{1,2000}>", re.IGNORECASE)
_MOST_BYTES, _MOST_NODES = 20_000_000, 200_000


@dataclass(frozen=True, slots=True)
class JsonLdComment:
    """A comment as schema.org has it; `above` is the number of the comment that it answers."""

    text: str
    author: str | None
    date: str | None
    above: int | None


def comments_told(root: HtmlElement) -> list[JsonLdComment]:
    """The comments in the page's JSON-LD, replies after what they answer."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and len(script.text or "") <= _MOST_BYTES:
            try:
                data = json.loads(script.text or "", strict=False)
            except (ValueError, RecursionError):
                continue
            if told := list(_comments(data)):
                return told
    return []


def _comments(data: Any) -> Iterator[JsonLdComment]:
    waiting: list[tuple[Any, int | None, bool]] = [(data, None, False)]
    number, seen = 0, 0
    while waiting and seen < _MOST_NODES:
        node, above, is_comment = waiting.pop()
        seen += 1
        if isinstance(node, list):
            waiting += [(inner, above, is_comment) for inner in reversed(node)]
        elif isinstance(node, dict):
            if is_comment and (text := _plain(node.get("text") or node.get("commentText"))):
                yield JsonLdComment(text, _author(node), _date(node), above)
                above, number = number, number + 1
            for key in reversed(list(node)):
                if isinstance(node[key], (dict, list)):
                    waiting.append((node[key], above, key in _LISTS))


def _plain(text: object) -> str:
    if not isinstance(text, str):
        return ""
    text = _TAG.sub(lambda tag: "\n" if tag[2] else "", text)
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return "\n\n".join(line for line in lines if line)


def _author(node: dict[str, Any]) -> str | None:
    who = node.get("author") or node.get("creator")
    if isinstance(who, list):
        who = who[0] if who else None
    name = who.get("name") if isinstance(who, dict) else who
    return clean_name(unescape(name)) if isinstance(name, str) else None


def _date(node: dict[str, Any]) -> str | None:
    when = node.get("dateCreated") or node.get("datePublished") or node.get("commentTime")
    return iso_day(when) if isinstance(when, str) else None
