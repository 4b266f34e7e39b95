"""A passage as a card: its place, its author, how well it matches, and its text with the answer marked."""

from collections.abc import Sequence

from qa.answering.answer import Place, Quote, Why
from qa.answering.escape import isolated, marked
from qa.web.post_labels import byline

SCORE_MEANS = (
    "Match, from 0 to 100, says how well a passage fits the question in meaning and in words. It ranks the passages "
    "below the one that answers; it is not the probability that a passage is right."
)


def card(quote: Quote, label: str, turn: int, number: int, *, named: bool, supports: bool = False) -> str:
    """Draw the card of one quote.

    A click anywhere on the card opens its thread; the button does the same for keyboards and screen readers.

    Args:
        quote: The passage.
        label: The label of its post, such as "Comment 2 of 3".
        turn: The index of the turn in the conversation, sent back on a click.
        number: The index of the quote in the answer, sent back on a click.
        named: Whether to show the name of the text.
        supports: Whether the passage gives the same answer as the first one.
    """
    title = f"<span>{isolated(quote.title or quote.source)}</span>" if named else ""
    support = '<span class="support">Says the same</span>' if supports else ""
    return (
        f'<li class="card" data-turn="{turn}" data-quote="{number}">'
        f'<header class="byline"><span class="post-label">{label}</span>{byline(quote.author, quote.date)}{title}'
        f"{support}{_match(quote.score)}</header>"
        f'<blockquote class="source-text" dir="auto">{marked(quote.text, quote.start, quote.highlights)}</blockquote>'
        f"{_also(quote.also)}"
        f'<button type="button">Read in the thread'
        f'<span class="unseen">, {label}, passage {number + 1}</span></button>'
        f"{_why(quote.why)}</li>"
    )


def _also(places: Sequence[Place]) -> str:
    """List the near-duplicates of the passage."""
    if not places:
        return ""
    rows = "".join(
        f'<li><span class="post-label">{place.kind.capitalize()}</span>{byline(place.author, place.date)}'
        f"<span>{isolated(place.title or place.source)}</span></li>"
        for place in places
    )
    return f'<div class="also"><p>Also found in</p><ul>{rows}</ul></div>'


def _why(why: Why | None) -> str:
    """Explain how the passage was found, folded away."""
    if why is None:
        return ""
    rows = [
        ("By meaning", _rank(why.dense_rank)),
        ("By words", _rank(why.lexical_rank)),
        ("Combined", _rank(why.fused_rank)),
        ("Words of the question in the passage or its title", ", ".join(map(isolated, why.terms)) or "none"),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<details class="why"><summary>Why this passage</summary><dl>{items}</dl></details>'


def _rank(rank: int | None) -> str:
    return f"rank {rank:,}" if rank else "not among the first"


def _match(score: float) -> str:
    percent = round(100 * score)
    return (
        f'<span class="match" title="{SCORE_MEANS}">Match {percent}'
        f'<span class="unseen"> of 100</span><span class="match-bar" style="--share: {percent}%"></span></span>'
    )
