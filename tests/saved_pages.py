"""Saved pages for the tests: written by hand in the style of the software that makes such pages."""

from __future__ import annotations

import qa
from qa.sources.webpage.read import read as read_page

STORY = (
    "The lens was ground in Solms by two people, who took eleven days for it and wrote down every step.",
    "It was sold in March to a collector, who said that he would use it every day until he died.",
    "Nobody knows how many of them are left, but the factory keeps a list, and the list is long.",
)
ARTICLE = "<h1>An old lens</h1>" + "".join(f"<p>{sentence}</p>" for sentence in STORY)


def page(comments: str, *, article: str = ARTICLE, head: str = "") -> bytes:
    title = "<title>An old lens</title>"
    return f"<!DOCTYPE html><html><head>{title}{head}</head><body><article>{article}</article>{comments}</body></html>".encode()


def read_thread(data: bytes) -> qa.Thread:
    (thread,) = read_page(data, "page.html")
    return thread.checked()


def comment_rows(thread: qa.Thread) -> list[tuple[str | None, str | None, int | None, str]]:
    """The author, date, parent and text of each comment."""
    return [(post.author, post.date, post.parent, post.text) for post in thread.comments]


def omitted_texts(thread: qa.Thread, comment: int) -> list[str]:
    return [thread.text[start:end] for start, end in thread.comments[comment].omitted]
