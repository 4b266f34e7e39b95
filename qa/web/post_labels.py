"""How a post and its text are called: "comment 2 of 3", author and date, the name of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from qa.answering.answer import Place, Quote
from qa.answering.escape import escaped, isolated
from qa.library.library import Library
from qa.sources.location import Location, first_page, first_time
from qa.sources.thread import Post
from qa.web.words import Words

Numbers = tuple[int, int] | None
"""Which comment of how many a post is; None for an article, and for a comment that is no longer there."""

_GENERATED = re.compile(r" · [0-9a-f]{8}\Z")


def text_name(title: str | None, source: str) -> str:
    """The name of a text as a person reads it: its title, or its source without the hash that tells two apart.

    >>> text_name(None, "Mars is red. · 0123abcd"), text_name("Mars", "Mars is red. · 0123abcd")
    ('Mars is red.', 'Mars')
    """
    return title or _GENERATED.sub("", source)


def source_key(source: str) -> str:
    """The name of a source as an attribute and an address hold it, whatever characters are in it."""
    return percent_encoded(source, safe="")


def labels(posts: Sequence[Post], say: Words) -> list[str]:
    """Label each post: "Article" or "Comment 2 of 3"."""
    comments = sum(post.kind == "comment" for post in posts)
    names, number = [], 0
    for post in posts:
        number += post.kind == "comment"
        names.append(say("Comment", number=number, count=comments) if post.kind == "comment" else say("Article"))
    return names


def number_posts(library: Library, quotes: Sequence[Quote]) -> tuple[Numbers, ...]:
    """The number of each quote's comment, without reading its thread."""
    return tuple(library.comment_place(quote) for quote in quotes)


def post_label(place: Quote | Place, numbers: Numbers, say: Words) -> str:
    """The label of a quote's post, inside a line: "article", "comment 2 of 3"."""
    if place.kind == "article":
        return say("article")
    return say("comment", number=numbers[0], count=numbers[1]) if numbers else say("one_comment")


def byline(place: Quote | Place, numbers: Numbers, say: Words, *, named: bool, by: bool = True) -> str:
    """Who, when and where, as HTML: "Ralf, 13 August 2018 · comment 1 of 4 · Cycling the Elbe".

    A quote from a file with pages or times says which: "article · page 3 · Cycling the Elbe".

    Args:
        place: The quote, or the place of a near-duplicate.
        numbers: Which comment it is of how many.
        say: The words to say it in.
        named: Whether to name the text.
        by: Whether to name the author.
    """
    who = f'<span class="author">{isolated(place.author)}</span>' if place.author and by else ""
    when = f"<time>{isolated(say.day(place.date))}</time>" if place.date else ""
    parts = [", ".join(filter(None, [who, when]))]
    parts.append(f'<span class="post-label">{escaped(post_label(place, numbers, say))}</span>')
    if isinstance(place, Quote) and (where := where_label(place.locations, say)):
        parts.append(f'<span class="where">{escaped(where)}</span>')
    if named:
        parts.append(f'<span class="text-name">{isolated(text_name(place.title, place.source))}</span>')
    return " · ".join(filter(None, parts))


def where_label(locations: Sequence[Location], say: Words) -> str:
    """The page or the time that locations begin at: "page 3", "12:03"; empty if there is none."""
    page, time = first_page(locations), first_time(locations)
    return " · ".join(filter(None, (None if page is None else say("on_page", n=page), time)))


def post_head(post: Post, say: Words) -> str:
    """Author, date, and page or time of a post in its thread, as HTML; empty if none is known.

    An article that goes on over many pages has no page.
    """
    who = f'<span class="author">{isolated(post.author)}</span>' if post.author else ""
    when = f"<time>{isolated(say.day(post.date))}</time>" if post.date else ""
    where = where_label(post.locations, say) if len(post.locations) == 1 else ""
    return who + when + (f'<span class="where">{escaped(where)}</span>' if where else "")
