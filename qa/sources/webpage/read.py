"""A saved web page: the article, and each comment under it a post of its own, with its author, day and parent."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.compose import DraftPost, compose
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """The thread of a page.

    Raises SourceError, naming the source, where the page holds no word.
    """
    from qa.sources.webpage import article, extract, metadata, parse

    root = parse.parse(data, name)
    if root is None:
        yield compose(name, [])
        return
    parts = extract.take_apart(root)
    facts = metadata.facts_of(root)
    drafts = [DraftPost("article", "" if parts.forum else article.main_text(root), facts.author, facts.date)]
    for number, comment in enumerate(parts.comments):
        above = parts.parents[number]
        opens = parts.forum and not number
        drafts.append(
            DraftPost(
                "article" if opens else "comment",
                comment.text,
                comment.author,
                comment.date,
                None if above is None or (parts.forum and not above) else above + 1,
                comment.omitted,
            )
        )
    yield compose(name, drafts, title=facts.title, url=facts.url)
