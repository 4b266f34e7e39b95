"""schema.org's data in a page's JSON-LD: the nodes of it, and the comments and articles among them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import Any

from lxml.html import HtmlElement

from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name
from qa.types import Span

_COMMENT_KEYS = frozenset({"comment", "comments", "suggestedAnswer", "acceptedAnswer"})
_ARTICLE_KEYS = frozenset({None, "@graph", "mainEntity"})
_ARTICLE_TYPES = ("article", "posting", "report", "recipe", "question", "webpage")
_MOST_CHARACTERS, _MOST_NODES = 20_000_000, 200_000  # limits on what a hostile page can make us read


@dataclass(frozen=True, slots=True)
class JsonLdNode:
    """An object of the JSON-LD, the key that it is under, and the node around it; None for both at the top."""

    data: Mapping[str, Any]
    key: str | None
    around: JsonLdNode | None


@dataclass(frozen=True, slots=True)
class JsonLdComment:
    """A comment as schema.org describes it; `above` is the index of the comment that it answers."""

    text: str
    omitted: tuple[Span, ...]
    author: str | None
    date: str | None
    above: int | None


@dataclass(frozen=True, slots=True)
class JsonLdArticle:
    """What the JSON-LD says of an article."""

    author: str | None
    date: str | None


def read_json_ld(root: HtmlElement) -> list[list[JsonLdNode]]:
    """For each JSON-LD script of a page its objects, each before those in it; what is not JSON is skipped."""
    scripts: list[list[JsonLdNode]] = []
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" in (script.get("type") or "") and len(text) <= _MOST_CHARACTERS:
            try:
                document = json.loads(text, strict=False)
            except (ValueError, RecursionError):
                continue
            scripts.append(list(_walk(document)))
    return scripts


def _walk(document: Any) -> Iterator[JsonLdNode]:
    waiting: list[tuple[Any, str | None, JsonLdNode | None]] = [(document, None, None)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value, key, around = waiting.pop()
        if isinstance(value, list):
            waiting += [(inner, key, around) for inner in reversed(value)]
        elif isinstance(value, dict):
            node = JsonLdNode(value, key, around)
            yield node
            waiting += [
                (inner, name, node) for name, inner in reversed(value.items()) if isinstance(inner, (dict, list))
            ]


def find_comments(scripts: Iterable[Iterable[JsonLdNode]]) -> list[JsonLdComment]:
    """The comments in the first script that has any, each reply after what it answers."""
    return next(filter(None, map(_comments_of, scripts)), [])


def _comments_of(nodes: Iterable[JsonLdNode]) -> list[JsonLdComment]:
    comments: list[JsonLdComment] = []
    nearest: dict[int, int | None] = {}  # for each node, by its identity, the comment that it is or is inside
    for node in nodes:
        above = None if node.around is None else nearest[id(node.around)]
        nearest[id(node)] = above
        if node.key not in _COMMENT_KEYS:
            continue
        text, omitted = html_to_text(node.data.get("text") or node.data.get("commentText"))
        if text:
            nearest[id(node)] = len(comments)
            date = _day(node.data, "dateCreated", "datePublished", "commentTime")
            comments.append(JsonLdComment(text, omitted, _author(node.data, "author", "creator"), date, above))
    return comments


def find_articles(scripts: Iterable[Iterable[JsonLdNode]]) -> list[JsonLdArticle]:
    """What the JSON-LD says about the page's article; an article in something else (a list of teasers) is ignored."""
    return [
        JsonLdArticle(_author(node.data, "author"), _day(node.data, "datePublished"))
        for node in chain.from_iterable(scripts)
        if _is_main(node) and any(kind.lower().endswith(_ARTICLE_TYPES) for kind in _types(node))
    ]


def _is_main(node: JsonLdNode | None) -> bool:
    while node is not None:
        if node.key not in _ARTICLE_KEYS:
            return False
        node = node.around
    return True


def _types(node: JsonLdNode) -> list[str]:
    types = node.data.get("@type")
    return [kind for kind in (types if isinstance(types, list) else [types]) if isinstance(kind, str)]


def _author(data: Mapping[str, Any], *keys: str) -> str | None:
    author = next((data[key] for key in keys if data.get(key)), None)
    if isinstance(author, list):
        author = author[0] if author else None
    name = author.get("name") if isinstance(author, dict) else author
    return clean_name(unescape(name)) if isinstance(name, str) else None


def _day(data: Mapping[str, Any], *keys: str) -> str | None:
    date = next((data[key] for key in keys if data.get(key)), None)
    return iso_day(date) if isinstance(date, str) else None
