"""A follow-up question with what it leaves unsaid: "Is it treatable?" after "What is throat cancer?".

Words of the conversation are picked and follow the question in brackets: "Is it treatable? (throat cancer)". Nothing
else is written. To put them in the place of the pronoun was tried: it finds no more, and reads badly where it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.followup.features import LAST_TURNS, candidates, has_pronoun, matrix, refers_back
from qa.followup.model import TermModel, load_model
from qa.followup.turn import Turn
from qa.followup.words import ConversationWord, words_in

_MOST_WORDS = 6  # that follow a question; people put in two or three
# What may stand between two picked words of one phrase: "Mothers of Invention".
_JOINING = frozenset("of the and de la von van der".split())
_MOST_JOINING = 2
_BETWEEN_PHRASES = re.compile(r"[.?!;:,\n()\"“”„«»]|(?<!\w)[-\u2010\u2011\u2013\u2212]")
# What has a meaning in a question: quotation marks, a minus before a word, a colon, and our own brackets.
_SYNTAX = re.compile(r"[:()\"“”„«»]|(?<!\w)[-\u2010\u2011\u2013\u2212]")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Picked words that stand together in the conversation: as they are written, and the best probability of them."""

    text: str
    terms: frozenset[str]
    probability: float


def understand(question: str, turns: Sequence[Turn], model: TermModel | None = None) -> str | None:
    """What a question asks in the light of the turns before it.

    Args:
        question: The words that it asks with, filters taken out.
        turns: The turns before it, oldest first.
        model: What picks the words; None for the model that is shipped.

    Returns:
        The question with words of the conversation after it, or with the title of the text that was quoted last if a
        pronoun stands for something and no word is likely; None if it stands alone.
    """
    words = unsaid(question, turns, model)
    return f"{question} ({words})" if words else None


def unsaid(question: str, turns: Sequence[Turn], model: TermModel | None = None) -> str:
    """What `understand` puts in brackets; empty if nothing. No filter of the search syntax is in it.

    The arguments are those of `understand`.
    """
    if not turns:
        return ""
    model = model or load_model()
    picked = _picked(question, turns, model, model.gate if refers_back(question) else model.gate_alone)
    if picked:
        least = model.phrase_share * max(picked.values())
        return ", ".join(phrase.text for phrase in _phrases(picked, turns) if phrase.probability >= least)
    return " ".join(_SYNTAX.sub(" ", turns[-1].title).split()) if has_pronoun(question) else ""


def _picked(question: str, turns: Sequence[Turn], model: TermModel, gate: float) -> dict[str, float]:
    """The terms to put in with their probabilities; none if none of them passes the gate."""
    unsaid = candidates(question, turns)
    probabilities = model.probabilities(matrix(unsaid)).tolist() if unsaid else [0.0]
    threshold = max(model.threshold, model.share * max(probabilities))
    if max(probabilities) <= gate:
        return {}
    best = sorted(zip(probabilities, (candidate.term for candidate in unsaid), strict=True), reverse=True)
    return {term: probability for probability, term in best[:_MOST_WORDS] if probability >= threshold}


def _phrases(picked: Mapping[str, float], turns: Sequence[Turn]) -> Sequence[_Phrase]:
    """The picked words as phrases, as the latest turn writes most of them together; the most probable first."""
    phrases: list[_Phrase] = []
    left = set(picked)
    texts = [text for turn in reversed(turns[-LAST_TURNS:]) for text in (turn.question, turn.answer)]
    texts += [turns[0].question, turns[0].answer]
    runs = [run for text in texts for run in _runs(text, picked)]
    while left:
        run = max(runs, key=lambda run: (len(run.terms & left), -len(run.terms - left)))
        phrases.append(run)
        left -= run.terms
    return sorted(phrases, key=lambda phrase: -phrase.probability)


def _runs(text: str, picked: Mapping[str, float]) -> list[_Phrase]:
    """The runs of picked words in a text, over the small words that may join them."""
    words = words_in(text)
    runs: list[list[int]] = []
    for index, word in enumerate(words):
        if word.term not in picked:
            continue
        if runs and _joined(words[runs[-1][-1] + 1 : index], text[words[runs[-1][-1]].end : word.start]):
            runs[-1].append(index)
        else:
            runs.append([index])
    return [
        _Phrase(
            _written(text, words, run),
            frozenset(words[index].term for index in run),
            max(picked[words[index].term] for index in run),
        )
        for run in runs
    ]


def _joined(between: Sequence[ConversationWord], gap: str) -> bool:
    """Whether the words between two picked words, and the text there, leave them one phrase."""
    if len(between) > _MOST_JOINING or _BETWEEN_PHRASES.search(gap):
        return False
    return all(word.normal in _JOINING for word in between)


def _written(text: str, words: Sequence[ConversationWord], run: Sequence[int]) -> str:
    """A run as it is written; a number right behind it is part of the name: "Digilux 3"."""
    last = words[run[-1]]
    if run[-1] + 1 < len(words):
        after = words[run[-1] + 1]
        last = after if after.text[0].isdigit() and text[last.end : after.start].isspace() else last
    return " ".join(text[words[run[0]].start : last.start + len(last.text)].split())


def content_terms(text: str) -> frozenset[str]:
    """The terms of a text's words that are no function words."""
    return frozenset(word.term for word in words_in(text) if word.is_content)
