"""What a page says of its article: title, address, author, day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.webpage.collect import short_text

_TITLES = ("og:title", "twitter:title", "dc.title")
_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl")
_DAYS = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate", "publishdate",
         "parsely-pub-date", "og:published_time", "sailthru.date", "dcterms.created", "publish-date")  # fmt: skip
_ARTICLES = ("article", "posting", "report", "recipe", "question", "webpage")
_LONGEST_TITLE, _MOST_NODES = 300, 20_000


@dataclass(frozen=True, slots=True)
class Facts:
    """Each None where the page does not tell."""

    title: str | None = None
    url: str | None = None
    author: str | None = None
    date: str | None = None


def facts_of(root: HtmlElement) -> Facts:
    """Read what stands in the page's <meta>, in its JSON-LD, and as its heading."""
    said = _said(root)
    told = list(_told(root))
    links = (link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split())
    urls = (url.strip() for url in (*links, said.get("og:url")) if url)
    names = [*(_name(node) for node in told), *(clean_name(said.get(key, "")) for key in _AUTHORS)]
    days = [*(iso_day(_string(node.get("datePublished"))) for node in told), *(iso_day(said.get(key)) for key in _DAYS)]
    titles = [*(said.get(key) for key in _TITLES), *(_heading(root, tag) for tag in ("h1", "title"))]
    return Facts(
        next((title[:_LONGEST_TITLE] for title in titles if title), None),
        next((url for url in urls if url.startswith(("http://", "https://"))), None),
        next(filter(None, names), None),
        next(filter(None, days), None),
    )


def _said(root: HtmlElement) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if content := " ".join((meta.get("content") or "")[:2_000].split()):
            said.setdefault(name.lower(), content)
    return said


def _heading(root: HtmlElement, tag: str) -> str | None:
    element = next(root.iter(tag), None)
    return None if element is None else short_text(element, _LONGEST_TITLE)


def _told(root: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """The articles in the page's JSON-LD."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(_MOST_NODES):
            if not waiting:
                break
            node = waiting.pop()
            if isinstance(node, list):
                waiting += reversed(node)
            elif isinstance(node, dict):
                kinds = node.get("@type")
                if any(
                    _string(kind).lower().endswith(_ARTICLES)
                    for kind in (kinds if isinstance(kinds, list) else [kinds])
                ):
                    yield node
                waiting += [node[key] for key in ("@graph", "mainEntity") if key in node]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(node: Mapping[str, Any]) -> str | None:
    who = node.get("author")
    if isinstance(who, list):
        who = who[0] if who else None
    return clean_name(_string(who.get("name") if isinstance(who, dict) else who))
