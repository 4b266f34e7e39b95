"""Examples cut as close reading cuts passages: a sentence and its neighbours, 300 characters of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from qa.answering.close_reading import PART_CHARACTERS
from qa.answering.reading import sentences_around
from qa.text.sentences import Sentence, split_sentences
from training.curriculum import Example
from training.overlap import Rarity

BESIDE_SHARE = 0.6  # of the answerable examples, that are also given as a part of the passage that does not answer
_CHANCE = 0.15  # of the overlap, added to which sentence is likest the question, so that it is not always the same


class Parts:
    """Cuts the examples of an epoch."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples
        self._rarity = Rarity(example.passage for example in examples)

    def cut(self, rng: Random) -> list[Example]:
        """A part of each example with its answer, and of some answerable ones a part beside it, which has none."""
        return [part for example in self._examples for part in self._of(example, rng)]

    def _of(self, example: Example, rng: Random) -> Iterator[Example]:
        if len(example.passage) <= PART_CHARACTERS:
            yield example
            return
        sentences = split_sentences(example.passage)
        said = [example.passage[sentence.start : sentence.end] for sentence in sentences]
        likeness = [self._rarity.overlap(example.question, words) + _CHANCE * rng.random() for words in said]
        order = sorted(range(len(sentences)), key=likeness.__getitem__, reverse=True)
        holding = [
            number
            for number, sentence in enumerate(sentences)
            if any(sentence.start < end and start < sentence.end for start, end in example.answers)
        ]
        if not example.answerable:
            yield _part(example, sentences, rng.choice(holding) if holding and rng.random() < 0.5 else order[0])
        elif not holding:
            yield example
        else:
            yield _part(example, sentences, rng.choice(holding))
            others = [number for number in order if number not in holding]
            if others and rng.random() < BESIDE_SHARE:
                yield from _beside(example, _part(example, sentences, others[0]))


def _beside(example: Example, part: Example) -> Iterator[Example]:
    """The part, as one that does not answer unless it holds the answer, too; none if it says the answer elsewhere."""
    if part.answers:
        yield part
    elif example.inside or not any(
        example.passage[start:end].lower() in part.passage.lower() for start, end in example.answers
    ):
        yield replace(part, kind="beside", answerable=False)


def _part(example: Example, sentences: Sequence[Sentence], number: int) -> Example:
    """The part around a sentence, with the answers that lie in it; an answer that is a whole sentence can be cut."""
    near = sentences_around(sentences, number, PART_CHARACTERS)
    start, end = sentences[near[0]].start, sentences[near[-1]].end
    if example.inside:
        inside = [(max(a, start), min(b, end)) for a, b in example.answers if a < end and start < b]
    else:
        inside = [(a, b) for a, b in example.answers if start <= a and b <= end]
    answers = tuple((a - start, b - start) for a, b in inside)
    return replace(example, passage=example.passage[start:end], answers=answers)
