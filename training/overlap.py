"""Balanced examples: the share of the question's words in a passage says nothing about whether it answers.

In the sets it says a lot, and a network that learns this declines what is asked in other words. Clark, Yatskar and
Zettlemoyer (Don't Take the Easy Way Out, EMNLP 2019) train against such a bias in an ensemble; here it is sampled away.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from training.curriculum import Example
from training.lexicon import STOP_WORDS
from training.sets import MORE
from training.text import words

_BINS = 10


class Rarity:
    """How rare words are in the passages of examples."""

    def __init__(self, passages: Iterable[str]) -> None:
        distinct = set(passages)
        self._counts = Counter(word for passage in distinct for word in set(words(passage)))
        self._passages = len(distinct)

    def of(self, asked: Iterable[str]) -> float:
        """The sum of the words' inverse document frequencies; a word of no passage counts as one of one passage."""
        return sum(math.log(self._passages / max(1, self._counts[word])) for word in asked)

    def overlap(self, question: str, text: str) -> float:
        """The share of the question's words that the text has, weighted by rarity, 0..1; 0 if it has only stop words.

        >>> Rarity(["the cat", "the dog"]).overlap("Is the cat a dog?", "a cat")
        0.5
        """
        asked = set(words(question)) - STOP_WORDS
        total = self.of(asked)
        return self.of(asked & set(words(text))) / total if total else 0.0


def half_balanced(examples: Sequence[Example], rng: Random) -> list[Example]:
    """The sets' examples half balanced and half as they come, which may be the same ones, and all that are in no set.

    Balanced alone, they would teach a network less of what it is asked as a rule.

    Args:
        examples: The examples; those without a label are left out.
        rng: Chooses them.
    """
    labelled = [example for example in examples if example.answerable is not None]
    of_sets = [example for example in labelled if example.source != MORE]
    even = balanced(of_sets, rng)
    as_they_come = rng.sample(of_sets, len(even))
    return [*even, *as_they_come, *(example for example in labelled if example.source == MORE)]


def balanced(examples: Sequence[Example], rng: Random) -> list[Example]:
    """Of each tenth of overlap, as many examples that answer as do not, and as many as the rarest kind has.

    Args:
        examples: The examples; those without a label are left out.
        rng: Chooses them.
    """
    rarity = Rarity(example.passage for example in examples)
    bins: dict[tuple[bool, int], list[Example]] = defaultdict(list)
    for example in examples:
        if example.answerable is not None:
            overlap = rarity.overlap(example.question, f"{example.title} {example.passage}")
            bins[example.answerable, min(int(overlap * _BINS), _BINS - 1)].append(example)
    kinds = [bins[answerable, number] for answerable in (True, False) for number in range(_BINS)]
    fewest = min(map(len, kinds))
    chosen = [example for kind in kinds for example in rng.sample(kind, fewest)]
    rng.shuffle(chosen)
    return chosen
