"""A passage as a card: who said it, when and where; folded to its best sentence, or whole with the answer marked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from qa.answering.answer import Place, Quote
from qa.answering.escape import attribute, isolated, marked
from qa.web.excerpts import Excerpt, best_sentence
from qa.web.post_labels import Numbers, byline, source_key, text_name, where_label
from qa.web.words import Words


def digest(text: str) -> str:
    """A short hash of a passage, by which the server sees whether it is still the same."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def card(
    quote: Quote,
    numbers: Numbers,
    number: int,
    say: Words,
    *,
    named: bool,
    opened: bool,
    by: bool = True,
    supports: bool = False,
    confidence: float | None = None,
) -> str:
    """Draw the card of one quote.

    Args:
        quote: The quote.
        numbers: Which comment of how many the quote is from.
        number: Its number among the cards of the answer, from 1.
        say: The words of the page.
        named: Whether to show the name of the text.
        by: Whether to show the name of the author.
        opened: Whether the whole passage is shown at first.
        supports: Whether the passage gives the same answer as the first one.
        confidence: The probability that it answers; None if nothing has judged that.
    """
    support = f'<span class="support">{say("says_same")}</span>' if supports else ""
    marks = ",".join(f"{start}-{end}" for start, end in quote.highlights)
    read = attribute(f"{say('read_in_thread')}, {say('passage_number', n=number)}")
    return (
        f'<li class="card" data-source="{source_key(quote.source)}" data-at="{quote.start}-{quote.end}" '
        f'data-marks="{marks}" data-digest="{digest(quote.text)}" '
        f'data-name="{attribute(text_name(quote.title, quote.source))}" data-author="{attribute(quote.author or "")}" '
        f'data-date="{attribute(quote.date or "")}" data-where="{attribute(where_label(quote.locations, say))}">'
        f"<details{' open' if opened else ''}><summary>"
        f'<span class="byline">{byline(quote, numbers, say, named=named, by=by)}{support}</span>'
        f'<span class="excerpt" dir="auto">{excerpt_html(best_sentence(quote), quote)}</span></summary>'
        f'<blockquote class="source-text" dir="auto">{marked(quote.text, quote.start, quote.highlights)}</blockquote>'
        f"{_also(quote.also, say)}"
        f'<div class="acts"><button type="button" data-open aria-label="{read}">{say("read_in_thread")}</button>'
        f'<button type="button" data-copy aria-haspopup="menu" aria-expanded="false">{say("copy")}</button>'
        f"{_why(quote, confidence, say)}</div></details></li>"
    )


def excerpt_html(excerpt: Excerpt, quote: Quote) -> str:
    """An excerpt of a quote with what is highlighted, as HTML; dots say where its sentence is cut."""
    before, after = "… " * excerpt.cut_before, " …" * excerpt.cut_after
    return f"{before}{marked(excerpt.text, excerpt.start, quote.highlights)}{after}"


def _also(places: Sequence[Place], say: Words) -> str:
    """List the near-duplicates of the passage."""
    if not places:
        return ""
    rows = "".join(f"<li>{byline(place, None, say, named=True)}</li>" for place in places)
    return f'<div class="also"><p>{say("also_in")}</p><ul>{rows}</ul></div>'


def _why(quote: Quote, confidence: float | None, say: Words) -> str:
    """Explain how the passage was found and how sure the answer is, folded away."""
    rows = [] if confidence is None else [(say("why_probability"), f"{confidence:.0%}")]
    if quote.why is not None:
        rows += [
            (say("why_match"), say("of_100", n=round(100 * quote.score))),
            (say("why_meaning"), _rank(quote.why.dense_rank, say)),
            (say("why_words"), _rank(quote.why.lexical_rank, say)),
            (say("why_both"), _rank(quote.why.fused_rank, say)),
            (say("why_terms"), ", ".join(map(isolated, quote.why.terms)) or say("none")),
        ]
    if not rows:
        return ""
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<details class="why"><summary>{say("why")}</summary><dl>{items}</dl></details>'


def _rank(rank: int | None, say: Words) -> str:
    return f"{rank}" if rank else say("not_among")
