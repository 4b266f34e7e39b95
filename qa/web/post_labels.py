"""Labels for posts: "Article" or "Comment 2 of 3", author and date."""

from collections.abc import Sequence
from datetime import date

from qa.answering.answer import Quote
from qa.answering.escape import isolated
from qa.errors import VerbatimError
from qa.library.library import Library
from qa.sources.thread import Post, Thread


def thread_of(library: Library, quote: Quote) -> Thread | None:
    """The thread of the quote; None if a rebuild has replaced it since."""
    try:
        thread = library.thread(quote)
    except VerbatimError:
        return None
    return thread if thread.text[quote.start : quote.end] == quote.text else None


def labels(posts: Sequence[Post]) -> list[str]:
    """Label each post: "Article" or "Comment 2 of 3"."""
    comments = sum(post.kind == "comment" for post in posts)
    names, number = [], 0
    for post in posts:
        number += post.kind == "comment"
        names.append(_comment_label(number, comments) if post.kind == "comment" else "Article")
    return names


def label_posts(library: Library, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Label the post of each quote, without reading its thread."""
    return tuple(_quote_label(quote, library.comment_place(quote)) for quote in quotes)


def _quote_label(quote: Quote, number: tuple[int, int] | None) -> str:
    return _comment_label(*number) if number else quote.kind.capitalize()


def _comment_label(number: int, count: int) -> str:
    return f"Comment {number} of {count}"


def byline(author: str | None, day: str | None) -> str:
    """Author and date as HTML; empty if neither is known."""
    who = f'<span class="author">{isolated(author)}</span>' if author else ""
    when = f"<time>{isolated(readable_date(day))}</time>" if day else ""
    return who + when


def readable_date(day: str) -> str:
    """Spell out an ISO date: "2012-03-04T10:00" is "4 March 2012"; anything else stays as it is."""
    try:
        parsed = date.fromisoformat(day[:10])
    except ValueError:
        return day
    return f"{parsed.day} {parsed:%B %Y}"
