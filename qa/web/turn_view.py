"""A turn as HTML: one answer with its evidence, that there is none, or what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from qa.answering import question_type
from qa.answering.answer import Answer
from qa.answering.escape import attribute, escaped, isolated
from qa.library.library import Library
from qa.text import question_words
from qa.web.cards import card, excerpt_html
from qa.web.excerpts import headline
from qa.web.post_labels import Numbers, byline, text_name
from qa.web.turns import MOST_SHOWN, Turn
from qa.web.voices_view import voices_html
from qa.web.words import Words

_NAMES_SHOWN = 8  # names, or words, in one line of a message


def reply(turn: Turn, library: Library, say: Words, *, judged: bool = False) -> str:
    """Draw the reply to a question, without the question; with `judged`, its reader can say whether it is right."""
    if turn.answer is None:
        return f'<p class="error" role="alert">{isolated(turn.error or "")}</p>'
    answer = turn.answer
    named = len(library.sources) > 1
    understood = _understood(answer, say)
    if answer.matching is not None:
        return understood + _notes(answer, library, say) + _list(answer, turn.numbers, say, named)
    verdict = understood + _verdict(answer, turn.numbers, say, named, judged=judged) + _notes(answer, library, say)
    if turn.voices is not None:
        return verdict + voices_html(turn.voices, say, named=named)
    return verdict + _evidence(turn, say, named)


def _verdict(answer: Answer, numbers: Sequence[Numbers], say: Words, named: bool, *, judged: bool) -> str:
    text = answer.text if answer.found else answer.closest
    if text is None or not answer.quotes:
        hint = "" if question_words.is_question(answer.question) else f" {say('try_question')}"
        return f'<p class="not-found">{say("not_found")}{hint}</p>'
    best = answer.quotes[0]
    # Without a highlight the author is the answer.
    shown = excerpt_html(headline(best), best) if best.highlights else f"<mark>{escaped(text)}</mark>"
    return (
        f'<figure class="answer" data-certainty="{answer.certainty}">'
        f'<blockquote class="source-text" dir="auto">{shown}</blockquote>'
        f"<figcaption>{_certainty(answer, say)} {byline(best, numbers[0], say, named=named)}"
        f"{_judge(say) if judged else ''}</figcaption></figure>"
    )


def _understood(answer: Answer, say: Words) -> str:
    """What was asked in the light of the conversation, and a button that asks what was typed."""
    if answer.understood_as is None:
        return ""
    button = f'<button type="button" class="plain" data-as-typed="yes">{say("ask_as_typed")}</button>'
    return f'<p class="understood aside">{say("understood_as", question=isolated(answer.understood_as))} {button}</p>'


def _judge(say: Words) -> str:
    """The buttons that say whether an answer is right."""
    buttons = "".join(
        f'<button type="button" data-judge="{value}" aria-pressed="false" aria-label="{say(what)}" title="{say(what)}">'
        f"{sign}</button>"
        for value, what, sign in (("yes", "answers", "✓"), ("no", "does_not", "✗"))
    )
    return f'<span class="judge" role="group" aria-label="{say("was_this_right")}">{buttons}</span>'


def _certainty(answer: Answer, say: Words) -> str:
    """How sure the answer is, in one word; what the word means is said where the pointer rests."""
    # Without a reader nothing has judged whether the sentence answers, so it is only called the closest one.
    band = "closest" if answer.confidence is None else {"none": "doubtful"}.get(answer.certainty, answer.certainty)
    evidence = f"evidence_{band}"
    is_evidence = question_type.asks_yes_no(answer.question) and evidence in say.phrases
    word = say(evidence if is_evidence else band)
    means = attribute(say(f"{band}_means"))
    return f'<span class="certainty {band}" title="{means}">{word}</span>'


def _notes(answer: Answer, library: Library, say: Words) -> str:
    """Notes on the question: words that no text has, filters that left passages out, names that do not exist."""
    notes = []
    if answer.missing_terms:
        notes.append(("missing-terms", say("not_mentioned", words=_listed(answer.missing_terms, say))))
    if answer.left_out:
        notes.append(("left-out", say("left_out", filters=_listed(answer.left_out, say))))
    notes += [("unknown", _unknown(typed, library, say)) for typed in answer.unknown]
    return "".join(f'<p class="{name} aside">{note}</p>' for name, note in notes)


def _unknown(typed: str, library: Library, say: Words) -> str:
    """Say that no author or no text has this name, and which names there are."""
    kind, _, name = typed.partition(":")
    if kind == "author":
        names = [author for author, _ in library.authors]
    else:
        names = [text_name(source.title, source.name) for source in library.sources]
    there = say("authors_are" if kind == "author" else "texts_are", names=_listed(names, say)) if names else ""
    missing = say(f"no_such_{kind}", name=isolated(name.strip('"')))
    return f"{missing} {there}"


def _listed(names: Sequence[str], say: Words) -> str:
    shown = ", ".join(map(isolated, names[:_NAMES_SHOWN]))
    more = len(names) - _NAMES_SHOWN
    return say("and_more", words=shown, n=more) if more > 0 else shown


def _evidence(turn: Turn, say: Words, named: bool) -> str:
    """The passages: the first one open below an answer, the others folded to their best sentences."""
    answer = turn.answer
    if answer is None or not answer.quotes:
        return ""
    answered = answer.found or answer.closest is not None
    supporting = answer.supported_by
    cards = (
        card(
            quote,
            numbers,
            index + 1,
            say,
            named=named,
            opened=answered and index == 0,
            supports=index in supporting,
            confidence=answer.confidence if answered and index == 0 else None,
        )
        for index, (quote, numbers) in enumerate(zip(answer.quotes, turn.numbers, strict=True))
    )
    first = "".join(islice(cards, 1 if answered else 0))
    others = "".join(cards)
    count = len(answer.quotes) - answered
    heading = say.count("other_passages", count) if answered else say("closest_passages")
    if others:
        others = f'<details class="others" open><summary>{heading}</summary><ol>{others}</ol></details>'
    # The log region announces what is new; the cards are left to be read on demand.
    return f'<div class="passages" aria-live="off"><ol>{first}</ol>{others}</div>'


def _list(answer: Answer, numbers: Sequence[Numbers], say: Words, named: bool) -> str:
    """The passages that pass the filters, where there are only filters; more of them on demand."""
    count, shown = answer.matching or 0, len(answer.quotes)
    passages = say.count("passage", count)
    cards = "".join(
        card(quote, each, index + 1, say, named=named, opened=False)
        for index, (quote, each) in enumerate(zip(answer.quotes, numbers, strict=True))
    )
    more = ""
    if shown < min(count, MOST_SHOWN):
        of = say("shown_of", shown=shown, n=count)
        button = f'<button type="button" class="outlined" data-more="{4 * shown}">{say("show_more")}</button>'
        more = f'<p class="more">{button} {of}</p>'
    return (
        f'<div class="passages" aria-live="off"><h3>{say("matching", n=passages)}</h3><ol>{cards}</ol>{more}</div>'
        if count
        else f'<p class="not-found">{say("matching", n=passages)}</p>'
    )
