"""The examples of an epoch: every question with its paragraph, and with it a pair that does not answer.

They depend on the seed and the epoch's number only, so an interrupted run sees the same examples again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from qa.types import Span
from training.data import LabelledQuestion, Paragraph
from training.edits import Swaps, conditions, exchanged, negated, swapped, with_condition
from training.negatives import Miner, without_answer
from training.neighbours import Neighbours
from training.text import sentences, words

COMMON_WORDS = 250
SHARES = {
    "policyqa": 0.15,
    "squadshifts/amazon": 0.35,
    "squadshifts/reddit": 0.35,
}  # the share of a large set in an epoch
SQUAD2_TIMES = 3
EDITED_SHARE = 0.3
RETRIEVED_SHARE = 0.5
INFORMATION_SOURCES = ("tydiqa", "selqa")
INFORMATION_TIMES = 2
NEGATIVE_KINDS = {
    "mined": 0.18,
    "swap": 0.29,
    "inner swap": 0.23,
    "passage swap": 0.08,
    "negation": 0.07,
    "condition": 0.05,
    "cut": 0.10,
}
# Someone seeking information has not seen the passage: most passages retrieved for them are about something else.
INFORMATION_KINDS = {"mined": 0.35, "swap": 0.15, "inner swap": 0.10, "condition": 0.05, "cut": 0.35}


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; `answers` are the spans of the answer, or of its look-alike if unanswerable.

    `answerable` is None if only a teacher can decide it.
    """

    kind: str
    question: str
    passage: str
    answers: tuple[Span, ...] = ()
    inside: bool = False
    answerable: bool | None = True


class Curriculum:
    """Draws the examples of an epoch from the training questions and those of SQuAD 2.0's training articles.

    With a teacher, retrieved passages are among them, for the teacher to label.
    """

    def __init__(
        self,
        training: list[LabelledQuestion],
        squad2: list[LabelledQuestion],
        neighbours: Neighbours,
        seed: int,
        *,
        taught: bool = False,
    ) -> None:
        self._retrieved_share = RETRIEVED_SHARE if taught else 0.0
        self._training = training
        self._squad2 = squad2
        self._seed = seed
        counts = Counter(word for question in training for word in set(words(question.text)))
        common = frozenset(word for word, _ in counts.most_common(COMMON_WORDS))
        self._swaps = Swaps(neighbours, common)
        self._conditions = [found for question in training for found in conditions(question.text)]
        by_source: dict[str, dict[Paragraph, None]] = {}
        for question in (*training, *squad2):
            by_source.setdefault(question.paragraph.source, {})[question.paragraph] = None
        self._miners = {source: Miner(list(paragraphs), common) for source, paragraphs in by_source.items()}

    def epoch(self, number: int) -> list[Example]:
        """The examples of the epoch, in the order of the sets."""
        rng = Random(f"{self._seed}/{number}")
        examples: list[Example] = []
        for question in self._training:
            if rng.random() < _share(question):
                for _ in range(INFORMATION_TIMES if _seeks_information(question) else 1):
                    examples.extend(self._around(question, rng))
        for question in self._squad2 * SQUAD2_TIMES:
            if question.answers:
                examples.extend(self._around(question, rng))
            else:
                examples.append(
                    Example("squad2 unanswerable", question.text, question.paragraph.text, answerable=False)
                )
        return examples

    def _around(self, question: LabelledQuestion, rng: Random) -> list[Example]:
        """The question itself, a pair that does not answer it, and sometimes a harmless change."""
        text = question.text.rstrip("?").rstrip() if rng.random() < 0.15 else question.text
        examples = [Example("natural", text, question.paragraph.text, question.answers, question.inside)]
        kinds = INFORMATION_KINDS if _seeks_information(question) else NEGATIVE_KINDS
        for kind in (rng.choices(list(kinds), list(kinds.values()))[0], "mined", "swap"):
            negative = self._negative(kind, question, rng)
            if negative:
                examples.append(negative)
                break
        if rng.random() < EDITED_SHARE:
            harmless = self._harmless(question, rng)
            if harmless:
                examples.append(harmless)
        if rng.random() < self._retrieved_share:
            other = self._miners[question.paragraph.source].retrieved(question, rng)
            if other:
                examples.append(
                    Example("retrieved", question.text, other.text, inside=question.inside, answerable=None)
                )
        return examples

    def _negative(self, kind: str, question: LabelledQuestion, rng: Random) -> Example | None:
        passage: str | None = question.paragraph.text
        text: str | None = question.text
        lookalikes = question.answers
        if kind == "mined":
            other = self._miners[question.paragraph.source].negative(question, rng)
            passage, lookalikes = (other.text, ()) if other else (None, ())
        elif kind == "cut":
            passage, lookalikes = without_answer(question), ()
        elif kind == "negation":
            text = negated(question.text, rng)
        elif kind == "condition":
            condition = rng.choice(self._conditions) if self._conditions else None
            content = {word for word in words(condition or "") if len(word) > 3}
            known = content & set(words(question.paragraph.text))
            text = None if condition is None or known else with_condition(question.text, condition)
        else:
            inner = kind == "inner swap"
            swap = self._swaps.draw_inner(question, rng) if inner else self._swaps.draw(question, rng)
            if swap and inner and rng.random() < 0.25:
                changed = exchanged(question.paragraph.text, swap, question.answers)
                passage, lookalikes = changed if changed else (None, ())
            elif swap and kind != "passage swap":
                changed = swapped(question.text, swap)
                text = changed[0] if changed else None
            else:
                changed = swapped(question.paragraph.text, swap, question.answers) if swap else None
                passage, lookalikes = changed if changed else (None, ())
        return Example(kind, text, passage, lookalikes, question.inside, answerable=False) if text and passage else None

    def _harmless(self, question: LabelledQuestion, rng: Random) -> Example | None:
        """A changed question that keeps its answer: with a swap in both texts, or with a condition that holds."""
        passage = question.paragraph.text
        if rng.random() < 0.25:
            begin, stop = question.answers[0]
            for start, end in sentences(passage):
                if start <= begin and stop <= end:
                    stated = [
                        phrase for phrase in conditions(passage[start:end]) if phrase.strip() not in passage[begin:stop]
                    ]
                    new = [phrase for phrase in stated if not set(words(phrase)) <= set(words(question.text))]
                    if new and passage[begin:stop] not in " ".join(new):
                        text = with_condition(question.text, rng.choice(new))
                        return Example("harmless condition", text, passage, question.answers, question.inside)
        inner = rng.random() < 0.4
        swap = self._swaps.draw_inner(question, rng) if inner else self._swaps.draw(question, rng)
        if swap is None:
            return None
        changed = (exchanged if inner else swapped)(passage, swap, question.answers)
        changed_question = swapped(question.text, swap)
        if changed and changed_question:
            return Example("harmless swap", changed_question[0], changed[0], changed[1], question.inside)
        return None


def _share(question: LabelledQuestion) -> float:
    return next((share for source, share in SHARES.items() if question.paragraph.source.startswith(source)), 1.0)


def _seeks_information(question: LabelledQuestion) -> bool:
    return question.paragraph.source.startswith(INFORMATION_SOURCES)
