"""The dialog that shows a thread: its posts, with the quoted passage marked."""

import string

from qa.answering.answer import Quote
from qa.answering.escape import escaped, isolated, marked
from qa.sources.thread import Thread
from qa.text.counted import counted
from qa.web.post_labels import byline, labels

_BETWEEN = string.whitespace + "•*·-–—"
REACH = 100_000  # characters shown on each side of the passage; a text of 50 MB would freeze the browser


def thread_dialog(thread: Thread, quote: Quote) -> str:
    """Draw the thread around the quote."""
    first, last = max(0, quote.start - REACH), min(len(thread.text), quote.end + REACH)
    cut = ""
    if last - first < len(thread.text):
        cut = f'<p class="aside">Characters {first + 1:,} to {last:,} of {len(thread.text):,}, around the passage.</p>'
    return _dialog(thread.title or thread.source, thread.source, cut + _posts(thread, first, last, quote))


def text_dialog(thread: Thread) -> str:
    """Draw a thread from its beginning."""
    last = min(len(thread.text), 2 * REACH)
    what = counted(len(thread.posts), "post")
    if last < len(thread.text):
        what += f"; characters 1 to {last:,} of {len(thread.text):,}"
    head = f'<p id="passage" class="aside" tabindex="-1">{what}</p>'
    return _dialog(thread.title or thread.source, thread.source, head + _posts(thread, 0, last, None))


def replaced_dialog(quote: Quote) -> str:
    """Draw a quote whose thread is no longer in the library."""
    return _dialog(
        quote.title or quote.source,
        quote.source,
        '<p class="aside">This text has been replaced since. Only the quoted passage is left.</p>'
        f'<div class="source-text" dir="auto">{_with_passage(quote.text, quote.start, quote)}</div>',
    )


def expired_dialog(advice: str = "Please ask the question again.") -> str:
    """Draw the dialog for what the server no longer knows, as after a restart."""
    return _dialog("No longer available", "", f'<p id="passage" tabindex="-1">{advice}</p>')


def _posts(thread: Thread, first: int, last: int, quote: Quote | None) -> str:
    """The posts from one character to another, and what is between them."""
    pieces, done = [], first
    for post, name in zip(thread.posts, labels(thread.posts), strict=True):
        start, end = max(post.start, done), min(post.end, last)
        if start >= end:
            continue
        pieces.append(_between(thread.text[done:start]))
        pieces.append(
            f'<section class="post"><header class="byline"><h3 class="post-label">{name}</h3>'
            f"{byline(post.author, post.date)}</header>"
            f'<div class="source-text" dir="auto">{_with_passage(thread.text[start:end], start, quote)}</div></section>'
        )
        done = end
    pieces.append(_between(thread.text[done:last]))
    return "".join(pieces)


def _dialog(title: str, source: str, body: str) -> str:
    return (
        f'<header><div><h2 id="thread-title">{isolated(title)}</h2><p class="aside">{isolated(source)}</p></div>'
        '<button type="button" class="outlined" data-close>Close</button></header>'
        f'<div class="pages" role="region" aria-labelledby="thread-title" tabindex="0">{body}</div>'
    )


def _with_passage(text: str, start: int, quote: Quote | None) -> str:
    if quote is None:
        return escaped(text)
    first, last = quote.start - start, quote.end - start
    if first < 0 or last > len(text):
        return escaped(text)
    passage = marked(text[first:last], quote.start, quote.highlights)
    return f'{escaped(text[:first])}<mark id="passage" tabindex="-1">{passage}</mark>{escaped(text[last:])}'


def _between(text: str) -> str:
    """Text between posts: its words in small print, blank lines and bullets kept but hidden."""
    words = text.strip(_BETWEEN)
    before, after = text.split(words, 1) if words else (text, "")
    shown = f'<div class="source-text between" dir="auto">{escaped(words)}</div>' if words else ""
    return _hidden(before) + shown + _hidden(after)


def _hidden(text: str) -> str:
    return f'<span class="source-text" hidden>{escaped(text)}</span>' if text else ""
