"""Where a passage stands: in the article, or in which of the comments."""

from collections.abc import Sequence
from datetime import date

from qa.answering.answer import Quote
from qa.errors import VerbatimError
from qa.library.library import Library
from qa.sources.thread import Post, Thread
from qa.web.escape import isolated


def thread_of(library: Library, quote: Quote) -> Thread | None:
    """The thread that holds the quote; None when a rebuild has replaced it since the quote was found."""
    try:
        thread = library.thread(quote)
    except VerbatimError:
        return None
    return thread if thread.text[quote.start : quote.end] == quote.text else None


def labels(posts: Sequence[Post]) -> list[str]:
    """What each post is called: "Article" or "Comment 2 of 3"."""
    comments = sum(post.kind == "comment" for post in posts)
    names, number = [], 0
    for post in posts:
        number += post.kind == "comment"
        names.append(f"Comment {number} of {comments}" if post.kind == "comment" else "Article")
    return names


def places(library: Library, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """What the post of each quote is called; each thread is looked at once, for it may be long."""
    known: dict[str, list[str]] = {}
    for quote in quotes:
        if quote.source not in known:
            thread = thread_of(library, quote)
            known[quote.source] = labels(thread.posts) if thread else []
    return tuple(
        known[quote.source][quote.post] if known[quote.source] else quote.kind.capitalize() for quote in quotes
    )


def byline(author: str | None, day: str | None) -> str:
    """Who wrote it and when, as HTML; empty when the text tells neither."""
    who = f'<span class="author">{isolated(author)}</span>' if author else ""
    when = f"<time>{isolated(spoken(day))}</time>" if day else ""
    return who + when


def spoken(day: str) -> str:
    """The day in words where it is a date: "2012-03-04T10:00" is "4 March 2012"."""
    try:
        known = date.fromisoformat(day[:10])
    except ValueError:
        return day
    return f"{known.day} {known:%B %Y}"
