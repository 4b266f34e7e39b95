"""Mastodon and its kin: statuses and their contexts from the API, and the outbox of an archive (ActivityPub)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qa.sources.compose import DraftPost, RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, find_roots, html_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label, words
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each status that begins a thread, with its replies.

    Raises SourceError if there is none, or the file is cut off.
    """
    values, error = complete_objects(data, name)
    posts: dict[str, tuple[RawPost, str | None]] = {}
    for item in walk(values):
        if isinstance(item.get("content"), str) and (author := _author(item)) and not item.get("reblog"):
            parent = item.get("in_reply_to_id") or item.get("inReplyTo")
            post = RawPost(str(item.get("id")), None if parent is None else str(parent), _draft(item, author))
            posts.setdefault(post.id, (post, address(item.get("url"))))
    pages = Pages()
    for id_, root in find_roots({id_: post.parent for id_, (post, _) in posts.items()}).items():
        page = pages.page(root)
        post, url = posts[id_]
        if id_ == root:
            page.article, page.url = replace(post, draft=replace(post.draft, kind="article", omitted=())), url
        else:
            page.comments.append(post)
    yield from pages.threads(name, error)


def _author(item: dict[str, Any]) -> str | None:
    account = item.get("account")
    name = label(find(account, "display_name")) or label(find(account, "acct")) or label(find(account, "username"))
    actor = item.get("attributedTo")  # an address that ends in the user's name
    return name or (label(actor.rstrip("/").rpartition("/")[2]) if isinstance(actor, str) else None)


def _draft(item: dict[str, Any], author: str) -> DraftPost:
    day = day_of(item.get("created_at")) or day_of(item.get("published"))
    draft = html_draft("comment", item["content"], author, day)
    warning = words(item.get("spoiler_text") or (item.get("summary") if "attributedTo" in item else None))
    if not warning:
        return draft
    shift = len(warning) + 2
    omitted = tuple((start + shift, end + shift) for start, end in draft.omitted)
    return replace(draft, text=f"{warning}\n\n{draft.text}".rstrip(), omitted=omitted)
