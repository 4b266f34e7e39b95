"""Feeds and what is written in their form: RSS, Atom, the comment feeds of blogs, the export of Blogger."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread

_COMMENT_LINK = re.compile(  # the address of a comment: that of its page, and the comment's place on it
    r"(?P<page>.+?)(?:"
    r"[?&]showComment=\d+(?:#.*)?|(?:comment-page-\d+/?)?#(?:[\w-]*comment[\w-]*|c\d+|p\d+)"  # Blogger, WordPress
    r"|/\d+(?:\?[^#]*)?#\d+)"  # an answer of Stack Exchange
)
_REDDIT = re.compile(r"(?P<page>https?://[\w.]*reddit\.com/r/\w+/comments/\w+/[^/]*/)\w+/?")
_DISCOURSE = re.compile(r"(?P<page>https?://.+/t/[^/]+/\d+)/(?P<number>\d+)")
_KIND = "http://schemas.google.com/g/2005#kind"
_KINDS = {"post": "article", "page": "article", "comment": "comment"}  # of Blogger; others are settings and templates
_ID = re.compile(r"(?:post-|/)(\d+)$")  # of a comment of Blogger: in its id, and in links to it
_TITLE = re.compile(r"[^:]{1,100}: (?P<title>.+)")  # "Comments on: Lenses", "Commentaires sur : Lenses"

# What WordPress puts under each post of a feed, in any language: "The post TITLE appeared first on BLOG."
_FOOTER = re.compile(
    r"<p>[^<>]{0,40}<a\b[^<>]*>(?P<title>[^<>]{1,300})</a>[^<>]{1,60}<a\b[^<>]*>(?P<blog>[^<>]{1,300})</a>[^<>]{0,40}</p>\s*\Z"
)
_LONGEST_FOOTER = 3_000  # characters, with two addresses


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each entry with its comments. Raises SourceError if there is none, or the file is broken."""
    import feedparser

    # As a stream: a string could be taken for the address of a feed to fetch or the name of a file.
    feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
    damage = None
    if feed.bozo and hasattr(feed.bozo_exception, "getLineNumber"):
        line = feed.bozo_exception.getLineNumber()
        damage = SourceError(f"{name!r} is cut off or broken at line {line}; what can be recognised is read")
    yield from _Feed(feed).pages().threads(name, damage)


class _Feed:
    def __init__(self, feed: Mapping[str, Any]) -> None:
        self._about = feed["feed"]
        self._entries: Sequence[Any] = feed["entries"]
        self._is_atom = str(feed.get("version")).startswith("atom")
        self._author = self._name(self._about) if self._is_atom else None  # in Atom it holds for entries without one
        self._pages = Pages()
        self._keys: dict[str, str] = {}  # of each page, by the ids and addresses that name it
        self._comments: dict[str, str] = {}  # the id of each comment, by that and by its number in Blogger

    def pages(self) -> Pages:
        """The entries as pages."""
        kinds = [_kind(entry) for entry in self._entries]
        for number, (entry, kind) in enumerate(zip(self._entries, kinds, strict=True)):
            if kind == "article":
                self._add_article(entry, f"entry {number}")
            elif kind == "comment" and (id_ := entry.get("id")):
                self._comments |= {alias: id_ for alias in (id_, _number(id_)) if alias}
        comments = [entry for entry, kind in zip(self._entries, kinds, strict=True) if kind == "comment"]
        pages = {self._add_comment(entry) for entry in comments}
        if comments and len(pages) == 1 and (page := self._pages.page(pages.pop())).title is None:
            match = _TITLE.fullmatch(label(self._about.get("title")) or "")
            page.title = label(match["title"]) if match else label(self._about.get("title"))
        return self._pages

    def _add_article(self, entry: Any, default: str) -> None:
        link = address(entry.get("link"))
        key = str(entry.get("id") or link or default)
        self._keys |= {alias: key for alias in (key, _page_of(link)) if alias}
        page = self._pages.page(key)
        page.title, page.url = _title(entry), link
        page.article = RawPost("", None, self._draft("article", entry))

    def _add_comment(self, entry: Any) -> str:
        reply = entry.get("thr_in-reply-to") or {}
        page_link = _page_of(address(entry.get("link"))) or address(reply.get("href"))
        names = [reply.get("ref"), reply.get("href"), entry.get("blogger_parent"), page_link]
        key = next((self._keys[name] for name in names if name in self._keys), None)
        page = self._pages.page(key := key or page_link or str(reply.get("ref") or ""))
        page.url = page.url or page_link
        if page.article is None and page.title is None:
            page.title = _title_of_page(_title(entry), self._author_of(entry))
        related = [link.get("href") for link in entry.get("links", ()) if link.get("rel") == "related"]
        above = [reply.get("ref"), entry.get("blogger_inreplyto"), *map(_number, filter(None, related))]
        parent = next((self._comments[id_] for id_ in above if id_ in self._comments), None)
        page.comments.append(RawPost(str(entry.get("id") or entry.get("link")), parent, self._draft("comment", entry)))
        return key

    def _author_of(self, entry: Any) -> str | None:
        return self._name(entry) or self._author

    def _name(self, about: Any) -> str | None:
        """The author's name, which Atom keeps apart and RSS writes as "mailbox (name)"."""
        if self._is_atom:
            return label((about.get("author_detail") or {}).get("name"))
        author = str(about.get("author") or "")
        name, mailbox = parseaddr(author) if "@" in author else (author, "")
        return label(name) or label(mailbox.partition("@")[0])

    def _draft(self, kind: Kind, entry: Any) -> DraftPost:
        contents = [*entry.get("content", ()), entry.get("summary_detail") or {}]
        content: Any = next((content for content in contents if content.get("value")), {})
        days = (day_of(entry.get(field)) for field in ("published", "blogger_created", "created", "updated"))
        draft = text_draft if content.get("type") == "text/plain" else html_draft
        shown = entry.get("app_draft") != "yes" and entry.get("blogger_status", "LIVE") == "LIVE"
        value = self._without_footer(entry, str(content.get("value") or ""))
        return draft(kind, value, self._author_of(entry), next(filter(None, days), None), shown=shown)

    def _without_footer(self, entry: Any, html: str) -> str:
        """An entry without the last line that says where it appeared first: links named as the entry and the feed."""
        start = max(0, len(html) - _LONGEST_FOOTER)
        match = _FOOTER.search(html, start)
        if match is None:
            return html
        names = [label(html_to_text(match[name])[0]) for name in ("title", "blog")]
        return html[: match.start()] if names == [_title(entry), label(self._about.get("title"))] else html


def _kind(entry: Any) -> str | None:
    kinds = [str(tag.get("term")).rpartition("#")[2] for tag in entry.get("tags", ()) if tag.get("scheme") == _KIND]
    if kinds or "blogger_type" in entry:
        return _KINDS.get(kinds[0] if kinds else str(entry["blogger_type"]).lower())
    link = address(entry.get("link")) or ""
    is_comment = (entry.get("thr_in-reply-to") or {}).get("ref") or _page_of(link) != link
    if (match := _DISCOURSE.fullmatch(link)) and match["number"] == "1":
        is_comment = False
    return "comment" if is_comment else "article"


def _page_of(link: str | None) -> str | None:
    """The address of the page on which a comment stands; that of anything else as it is."""
    patterns = (_COMMENT_LINK, _REDDIT, _DISCOURSE)
    match = next((match for pattern in patterns if (match := pattern.fullmatch(link or ""))), None)
    return match["page"] if match else link


def _title(entry: Any) -> str | None:
    is_text = (entry.get("title_detail") or {}).get("type") == "text/plain"
    title = entry.get("title")
    return label(title if is_text else html_to_text(title)[0])


def _title_of_page(title: str | None, author: str | None) -> str | None:
    """The title of the page in that of a comment: "Comment on TITLE by AUTHOR", in any language of WordPress.

    >>> _title_of_page("Kommentar zu Lenses and glass von Ann Lee", "Ann Lee")
    'Lenses and glass'
    """
    if not title or not author or not title.endswith(f" {author}"):
        return None
    words = title.removesuffix(author).split()
    return " ".join(words[2:-1]) or None


def _number(id_: str) -> str | None:
    match = _ID.search(id_)
    return match[1] if match else None
