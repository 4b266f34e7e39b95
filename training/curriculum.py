"""The examples of an epoch: questions with their paragraphs, and with some a pair that does not answer.

They depend on the seed and the epoch's number only, so an interrupted run sees the same examples again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from qa.answering.author import asks_who, byline_of, byline_to_read
from qa.search.passage_context import as_sentences
from qa.types import Span
from training import shares
from training.data import LabelledQuestion, Paragraph
from training.edits import Swap, Swaps, conditions, exchanged, negated, swapped, with_condition
from training.lexicon import STOP_WORDS
from training.negatives import Miner, without_answer
from training.neighbours import Neighbours
from training.text import sentences, words
from training.titles import title

COMMON_WORDS = 250
HEADING_WORDS = (2, 7)  # the fewest and the most
Changed = tuple[str, tuple[Span, ...]]
GIVEN = "given unanswerable"  # the kind of a pair that a person judged not to answer


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; `answers` are the spans of the answer, or of its look-alike if unanswerable.

    `answerable` is None if only a teacher can decide it. `title` is read before the passage; it is never an answer.
    `byline` is read before it too; with `by_author` the name in it is the answer, and `answers` are the sentences that
    show it.
    `source` names the set.
    """

    kind: str
    question: str
    passage: str
    answers: tuple[Span, ...] = ()
    inside: bool = False
    answerable: bool | None = True
    title: str = ""
    source: str = ""
    byline: str = ""
    by_author: bool = False


class Curriculum:
    """Draws the examples of an epoch from the questions of the training sets.

    With a teacher, retrieved passages are among them, for the teacher to label.
    """

    def __init__(
        self, questions: list[LabelledQuestion], neighbours: Neighbours, seed: int, *, taught: bool = False
    ) -> None:
        self._retrieved_share = shares.RETRIEVED_SHARE if taught else 0.0
        self._questions = questions
        self._seed = seed
        counts = Counter(word for question in questions for word in set(words(question.text)))
        self._common = frozenset(word for word, _ in counts.most_common(COMMON_WORDS))
        self._swaps = Swaps(neighbours, self._common)
        self._conditions = [found for question in questions for found in conditions(question.text)]
        self._paragraphs: dict[str, dict[Paragraph, None]] = {}
        for question in questions:
            self._paragraphs.setdefault(question.paragraph.source, {})[question.paragraph] = None
        self._miners: dict[str, Miner] = {}
        self._authors = [*dict.fromkeys(question.author for question in questions if question.author)]

    def epoch(self, number: int) -> list[Example]:
        """The examples of the epoch, in the order of the sets."""
        rng = Random(f"{self._seed}/{number}")
        drawn = (question for question in self._questions for _ in range(shares.times(question, rng)))
        return [
            replace(
                example,
                question=_as_typed(example.question, rng),
                title=_context(example, rng),
                byline=self._byline(example, rng),
                source=shares.set_of(question),
            )
            for question in drawn
            for example in (self._around(question, rng) if question.answers else [_unanswerable(question)])
        ]

    def _byline(self, example: Example, rng: Random) -> str:
        """The byline of the post; for some who-questions over other passages that of somebody who does not answer."""
        others = self._authors if asks_who(example.question) and not example.byline else []
        return byline_of(rng.choice(others)) if others and rng.random() < shares.BYLINED_SHARE else example.byline

    def _around(self, question: LabelledQuestion, rng: Random) -> list[Example]:
        """The question itself, and sometimes a pair that does not answer it, a harmless change, a retrieved passage."""
        examples = [_natural(question)]
        if rng.random() < shares.NEGATIVE_SHARE:
            examples.extend(self._negative(question, rng))
        if rng.random() < shares.EDITED_SHARE:
            examples.extend(self._harmless(question, rng))
        if rng.random() < self._retrieved_share:
            other = self._miner(question).retrieved(question, rng)
            if other:
                examples.append(_over(other, question, "retrieved", answerable=None))
        return examples

    def _miner(self, question: LabelledQuestion) -> Miner:
        source = question.paragraph.source
        if source not in self._miners:
            self._miners[source] = Miner([*self._paragraphs[source]], self._common)
        return self._miners[source]

    def _negative(self, question: LabelledQuestion, rng: Random) -> list[Example]:
        """One example that does not answer, of a drawn kind, or of a surer one where that is not possible; or none."""
        kinds = shares.negative_kinds(question)
        for kind in (rng.choices([*kinds], [*kinds.values()])[0], "mined", "swap"):
            example = self._negative_of(kind, question, rng) if kind in kinds else None
            if example:
                return [replace(example, kind=kind, answerable=False)]
        return []

    def _negative_of(self, kind: str, question: LabelledQuestion, rng: Random) -> Example | None:
        natural = _natural(question)
        if kind == "mined":
            other = self._miner(question).negative(question, rng)
            return _over(other, question, kind) if other else None
        if kind == "cut":
            rest = without_answer(question)
            return replace(natural, passage=rest, answers=()) if rest else None
        if kind == "negation":
            text = negated(question.text, rng)
            return replace(natural, question=text) if text else None
        if kind == "condition":
            return self._with_unstated_condition(natural, question, rng)
        inner = kind == "inner swap"
        swap = self._swaps.draw_inner(question, rng) if inner else self._swaps.draw(question, rng)
        if swap is None:
            return None
        if inner and rng.random() < 0.25:
            return _changed_passage(natural, swap, exchanged)
        if kind == "passage swap":
            return _changed_passage(natural, swap, swapped)
        changed = swapped(question.text, swap)
        return replace(natural, question=changed[0]) if changed else None

    def _with_unstated_condition(self, natural: Example, question: LabelledQuestion, rng: Random) -> Example | None:
        if not self._conditions:
            return None
        condition = rng.choice(self._conditions)
        content = {word for word in words(condition) if len(word) > 3}
        if content & {*words(natural.passage), *words(question.paragraph.title)}:
            return None
        return replace(natural, question=with_condition(question.text, condition))

    def _harmless(self, question: LabelledQuestion, rng: Random) -> list[Example]:
        """A changed question that keeps its answer: with a swap in both texts, or with a condition that holds."""
        natural = _natural(question)
        if rng.random() < 0.25:
            stated = _stated_conditions(question)
            if stated:
                text = with_condition(question.text, rng.choice(stated))
                return [replace(natural, kind="harmless condition", question=text)]
        inner = rng.random() < 0.4
        swap = self._swaps.draw_inner(question, rng) if inner else self._swaps.draw(question, rng)
        if swap is None:
            return []
        changed = _changed_passage(natural, swap, exchanged if inner else swapped)
        changed_question = swapped(question.text, swap)
        if changed and changed_question:
            return [replace(changed, kind="harmless swap", question=changed_question[0])]
        return []


def _natural(question: LabelledQuestion) -> Example:
    paragraph = question.paragraph
    return Example(
        "natural",
        question.text,
        paragraph.text,
        question.answers,
        question.inside,
        title=title(paragraph),
        byline=byline_to_read(question.text, question.author, paragraph.text),
        by_author=question.by_author,
    )


def _unanswerable(question: LabelledQuestion) -> Example:
    kind = GIVEN if question.judged else "other answer"
    return replace(_natural(question), kind=kind, answerable=False)


def _over(paragraph: Paragraph, question: LabelledQuestion, kind: str, answerable: bool | None = False) -> Example:
    """The question over another paragraph."""
    return Example(
        kind, question.text, paragraph.text, inside=question.inside, answerable=answerable, title=title(paragraph)
    )


def _changed_passage(natural: Example, swap: Swap, change: Callable[..., Changed | None]) -> Example | None:
    """The example with its passage and its title changed in the same way; None if the passage cannot be."""
    changed = change(natural.passage, swap, natural.answers)
    if changed is None:
        return None
    changed_title = change(natural.title, swap)
    return replace(
        natural, passage=changed[0], answers=changed[1], title=changed_title[0] if changed_title else natural.title
    )


def _stated_conditions(question: LabelledQuestion) -> list[str]:
    """Conditions of the first answer's sentence, outside the answer, that the question does not name yet."""
    passage = question.paragraph.text
    begin, stop = question.answers[0]
    for start, end in sentences(passage):
        if start <= begin and stop <= end:
            outside = [phrase for phrase in conditions(passage[start:end]) if phrase.strip() not in passage[begin:stop]]
            new = [phrase for phrase in outside if not set(words(phrase)) <= set(words(question.text))]
            if passage[begin:stop] not in " ".join(new):
                return new
    return []


def _context(example: Example, rng: Random) -> str:
    """What the passage is read after: its title, a heading, both or nothing.

    The sets have no headings, so that a few words of the passage stand in for one; a heading says, as a rule, what
    the text below it says.
    """
    parts = [example.title] if rng.random() < shares.TITLED_SHARE else []
    if rng.random() < shares.HEADED_SHARE:
        tokens = example.passage.split()
        first, length = rng.randrange(len(tokens)), rng.randint(*HEADING_WORDS)
        parts.append(" ".join(tokens[first : first + length]).strip(".,;:!?"))
    return as_sentences(parts)


def _as_typed(question: str, rng: Random) -> str:
    """The question as a person might type it: as it is, as keywords, or with another end."""
    if rng.random() < shares.KEYWORDS_SHARE:
        keywords = [word for word in question.rstrip("?").split() if word.lower() not in STOP_WORDS]
        if len(keywords) > 1:
            return " ".join(keywords)
    return _marked(question, rng)


def _marked(question: str, rng: Random) -> str:
    """The question, sometimes without its question mark or, if it had none, with one."""
    bare = question.rstrip("?").rstrip()
    if bare == question:
        return f"{bare}?" if rng.random() < shares.MARKED_SHARE else bare
    return bare if rng.random() < shares.UNMARKED_SHARE else question
