"""What people say, as HTML: each person once, with their comments folded, below what the article says."""

from __future__ import annotations

from itertools import count

from qa.answering.escape import isolated
from qa.web.cards import card
from qa.web.voices import Voice, Voices
from qa.web.words import Words


def voices_html(voices: Voices, say: Words, *, named: bool) -> str:
    """Draw what people say; `named` is whether the cards name their texts."""
    numbers = count(1)
    article = ""
    if voices.article is not None:
        shown = card(voices.article, None, next(numbers), say, named=named, opened=False)
        article = f"<h3>{say('article_says')}</h3><ol>{shown}</ol>"
    people = "".join(_voice(voice, numbers, say, named=named) for voice in voices.people)
    about = say(
        "people_about",
        people=say.count("person", len(voices.people)),
        comments=say.count("comment", voices.comments),
    )
    return f'<div class="passages voices" aria-live="off">{article}<h3>{say("people_say")}: {about}</h3>{people}</div>'


def _voice(voice: Voice, numbers: count[int], say: Words, *, named: bool) -> str:
    name = isolated(voice.author) if voice.author else f'<span class="aside">{say("unnamed")}</span>'
    cards = "".join(
        card(quote, place, next(numbers), say, named=named, opened=False, by=False)
        for quote, place in zip(voice.quotes, voice.numbers, strict=True)
    )
    return f'<section class="voice"><h4 class="author">{name}</h4><ol>{cards}</ol></section>'
