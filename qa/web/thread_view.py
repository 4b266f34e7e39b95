"""A text as the pane beside the chat shows it: its posts as a thread, with the quoted passages marked."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from qa.answering.escape import attribute, escaped, isolated, marked
from qa.sources.thread import Post, Thread
from qa.types import Span
from qa.web.post_labels import labels, post_head, text_name
from qa.web.words import Words

REACH = 100_000  # characters shown on each side of the passage; a text of 50 MB would freeze the browser
DEEPEST = 6  # levels of replies that are indented; a phone has no room for more
_BETWEEN = string.whitespace + "•*·-–—"
_FRAGMENT_WORDS = 6  # of a passage's beginning and of its end, which a browser looks for on the original page


@dataclass(frozen=True, slots=True)
class Passages:
    """The passages of a text that an answer quotes.

    Attributes:
        spans: Where they are, in the order of the answer; the first is the one to open the text at.
        marks: What answers in them.
    """

    spans: tuple[Span, ...] = ()
    marks: tuple[Span, ...] = ()


def thread_html(thread: Thread, passages: Passages, say: Words) -> str:
    """Draw a thread, around the first passage or from its beginning."""
    opened = passages.spans[0] if passages.spans else None
    start, end = opened or (0, 0)
    first, last = max(0, start - REACH), min(len(thread.text), max(end + REACH, 2 * REACH * (opened is None)))
    cut = ""
    if last - first < len(thread.text):
        range_shown = say("characters_shown", first=f"{first + 1:,}", last=f"{last:,}", all=f"{len(thread.text):,}")
        cut = f'<p class="aside">{range_shown}</p>'
    what = "" if opened else f'<p id="passage" class="aside" tabindex="-1">{say.count("post", len(thread.posts))}</p>'
    steps = ""
    if len(passages.spans) > 1:
        steps = (
            f'<button type="button" class="step" data-step="-1" aria-label="{say("previous")}">↑</button>'
            f'<span class="aside" id="step">1 / {len(passages.spans)}</span>'
            f'<button type="button" class="step" data-step="1" aria-label="{say("next")}">↓</button>'
        )
    head = pane_head(thread.title, thread.source, say, f"{steps}{_original(thread, opened, say)}")
    return head + pane_body(cut + what + _posts(thread, (first, last), passages, say))


def replaced_html(title: str, say: Words) -> str:
    """What is said of a passage whose text is no longer in the library; the page's script adds the passage."""
    passage = '<blockquote id="passage" class="source-text" tabindex="-1"></blockquote>'
    return pane_head(None, title, say) + pane_body(f'<p class="aside">{say("replaced")}</p>{passage}')


def unknown_html(source: str, say: Words) -> str:
    """What is said of a text that a link names and the library does not have."""
    return pane_head(None, source, say) + pane_body(f"<p>{say('no_such_source', name=isolated(source))}</p>")


def pane_head(title: str | None, source: str, say: Words, tools: str = "") -> str:
    """The head of the pane: the name of the text, what can be done with it, and the button that closes it."""
    below = f'<p class="aside">{isolated(source)}</p>' if title and title != source else ""
    return (
        f'<div class="head"><div><h2 id="source-title">{isolated(text_name(title, source))}</h2>{below}</div>'
        f'<div class="tools">{tools}<button type="button" class="outlined" data-close>{say("close")}</button>'
        "</div></div>"
    )


def pane_body(body: str) -> str:
    """The part of the pane that scrolls, and the ticks that show where in it passages are."""
    return (
        f'<div class="pages" role="region" aria-labelledby="source-title" tabindex="0">{body}</div>'
        '<div class="ticks" aria-hidden="true"></div>'
    )


def _original(thread: Thread, opened: Span | None, say: Words) -> str:
    """A link to the page that the text was read from, which opens at the passage where the browser can."""
    if not thread.url or urlsplit(thread.url).scheme not in ("http", "https"):
        return ""
    address = thread.url
    if opened and (words := thread.text[slice(*opened)].split()):
        address = f"{address.partition('#')[0]}#:~:text={_fragment(words)}"
    return (
        f'<a href="{attribute(address)}" target="_blank" rel="noopener noreferrer">{say("open_original")}'
        '<span aria-hidden="true"> ↗</span></a>'
    )


def _fragment(words: Sequence[str]) -> str:
    """A passage as a text fragment: its first words and its last.

    >>> _fragment(["well-made,", "here"])
    'well%2Dmade%2C%20here'
    """

    def encoded(part: Sequence[str]) -> str:
        # A dash and a comma have a meaning of their own in a fragment, and quote leaves the dash.
        return percent_encoded(" ".join(part), safe="").replace("-", "%2D")

    if len(words) <= 2 * _FRAGMENT_WORDS:
        return encoded(words)
    return f"{encoded(words[:_FRAGMENT_WORDS])},{encoded(words[-_FRAGMENT_WORDS:])}"


def _posts(thread: Thread, shown: Span, passages: Passages, say: Words) -> str:
    """The posts between two characters, each below what it answers, and what is between them."""
    names, depths = labels(thread.posts, say), _depths(thread.posts)
    done, last = shown
    pieces = []
    for number, post in enumerate(thread.posts):
        start, end = max(post.start, done), min(post.end, last)
        if start >= end:
            continue
        pieces.append(_between(thread.text[done:start]))
        answered = ""
        if post.parent is not None:
            parent = thread.posts[post.parent]
            name = isolated(parent.author) if parent.author else escaped(names[post.parent])
            answered = f'<span class="aside">{say("answers_post", name=name)}</span>'
        pieces.append(
            f'<section class="post {post.kind}" style="--depth: {depths[number]}"><header class="byline">'
            f'<h3 class="post-label">{names[number]}</h3>{post_head(post, say)}{answered}</header>'
            f'<div class="source-text" dir="auto">{_with_passages(thread.text[start:end], start, passages)}</div>'
            "</section>"
        )
        done = end
    pieces.append(_between(thread.text[done:last]))
    return "".join(pieces)


def _depths(posts: Sequence[Post]) -> Mapping[int, int]:
    """How many levels each post is below what is answered first: 0 for an article, 1 for a comment on it."""
    depths: dict[int, int] = {}
    for number, post in enumerate(posts):
        chain, place = [number], post.parent
        while place is not None and place not in depths and len(chain) <= DEEPEST:
            chain.append(place)
            place = posts[place].parent
        above = depths.get(place, 0) if place is not None else 0
        for step, index in enumerate(reversed(chain)):
            top = 0 if posts[chain[-1]].kind == "article" else 1
            below = above + 1 if place is not None else top
            depths[index] = min(DEEPEST, below + step)
    return depths


def _with_passages(text: str, start: int, passages: Passages) -> str:
    """A part of a post with the passages inside it marked; passages that overlap are marked up to each other."""
    inside = sorted(
        (span, number) for number, span in enumerate(passages.spans) if start <= span[0] < span[1] <= start + len(text)
    )
    pieces, done = [], start
    for (first, last), number in inside:
        first = max(first, done)
        if first >= last:
            continue
        passage = marked(text[first - start : last - start], first, passages.marks)
        name = 'id="passage" ' if number == 0 else ""
        pieces.append(escaped(text[done - start : first - start]))
        pieces.append(f'<mark {name}class="passage" data-number="{number}" tabindex="-1">{passage}</mark>')
        done = last
    pieces.append(escaped(text[done - start :]))
    return "".join(pieces)


def _between(text: str) -> str:
    """Text between posts: its words in small print, blank lines and bullets kept but hidden."""
    words = text.strip(_BETWEEN)
    before, after = text.split(words, 1) if words else (text, "")
    shown = f'<div class="source-text between" dir="auto">{escaped(words)}</div>' if words else ""
    return _hidden(before) + shown + _hidden(after)


def _hidden(text: str) -> str:
    return f'<span class="source-text" hidden>{escaped(text)}</span>' if text else ""
