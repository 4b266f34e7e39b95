"""A passage as a card: where it stands, who wrote it, how well it matches, and its words with the answer marked."""

from collections.abc import Sequence

from qa.answering.answer import Place, Quote, Why
from qa.web.escape import isolated, marked
from qa.web.post_labels import byline

SCORE_MEANS = (
    "Match, from 0 to 100, is how well a passage fits the question: by its meaning and by its words. "
    "It orders the passages of one answer behind the one that answers; it is not the chance that one of them is right."
)


def card(quote: Quote, place: str, turn: int, number: int, *, named: bool, supports: bool = False) -> str:
    """The card of one quote, with the name of its text where `named`, and a word on it where it `supports` the answer.

    `turn` and `number` come back with a click, and say which card it was. A click anywhere opens
    the thread, for the hand; the button in it does the same for the keyboard and screen readers.
    """
    title = f"<span>{isolated(quote.title or quote.source)}</span>" if named else ""
    support = '<span class="support">Says the same</span>' if supports else ""
    return (
        f'<li class="card" data-turn="{turn}" data-quote="{number}">'
        f'<header class="byline"><span class="place">{place}</span>{byline(quote.author, quote.date)}{title}'
        f"{support}{_match(quote.score)}</header>"
        f'<blockquote class="source-text" dir="auto">{marked(quote.text, quote.start, quote.highlights)}</blockquote>'
        f"{_also(quote.also)}"
        f'<button type="button">Read in the thread'
        f'<span class="unseen">, {place}, passage {number + 1}</span></button>'
        f"{_why(quote.why)}</li>"
    )


def _also(places: Sequence[Place]) -> str:
    """Where the passage's words are said over again."""
    if not places:
        return ""
    rows = "".join(
        f'<li><span class="place">{place.kind.capitalize()}</span>{byline(place.author, place.date)}'
        f"<span>{isolated(place.title or place.source)}</span></li>"
        for place in places
    )
    return f'<div class="also"><p>Also said in</p><ul>{rows}</ul></div>'


def _why(why: Why | None) -> str:
    """How the passage was found, for whoever opens it."""
    if why is None:
        return ""
    rows = [
        ("By meaning", _rank(why.dense_rank)),
        ("By its words", _rank(why.lexical_rank)),
        ("By both", _rank(why.fused_rank)),
        ("Words of the question in it, or in its title", ", ".join(map(isolated, why.terms)) or "none"),
    ]
    told = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<details class="why"><summary>Why this passage</summary><dl>{told}</dl></details>'


def _rank(rank: int | None) -> str:
    return f"rank {rank:,}" if rank else "not among the first"


def _match(score: float) -> str:
    percent = round(100 * score)
    return (
        f'<span class="match" title="{SCORE_MEANS}">Match {percent}'
        f'<span class="unseen"> of 100</span><span class="match-bar" style="--share: {percent}%"></span></span>'
    )
