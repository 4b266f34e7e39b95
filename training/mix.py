"""The mix of an epoch: `python -m training.mix --data ../shared/train --squad2 ../shared/eval/squad2` prints it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from training.curriculum import GIVEN, Example
from training.material import add_arguments, chosen_curriculum


@dataclass(frozen=True, slots=True)
class Count:
    """How many examples of a set are answerable, unanswerable by people's judgement, made unanswerable, unlabelled."""

    answerable: int
    given: int
    made: int
    unlabelled: int


@dataclass(frozen=True, slots=True)
class Mix:
    """What an epoch consists of."""

    sets: dict[str, Count]
    kinds: dict[str, int]
    titled: int

    @classmethod
    def of(cls, examples: Iterable[Example]) -> Mix:
        """Count the examples."""
        labels: dict[str, Counter[str]] = {}
        kinds = Counter[str]()
        titled = 0
        for example in examples:
            labels.setdefault(example.source, Counter())[_label(example)] += 1
            kinds[example.kind] += 1
            titled += bool(example.title)
        sets = {
            name: Count(found["answerable"], found["given"], found["made"], found["unlabelled"])
            for name, found in labels.items()
        }
        return cls(sets, dict(kinds.most_common()), titled)

    @property
    def examples(self) -> int:
        """The number of all examples."""
        return sum(self.kinds.values())

    @property
    def unanswerable_share(self) -> float:
        """The share of unanswerable examples among those with a label."""
        given, made = self._total("given"), self._total("made")
        return _share(given + made, given + made + self._total("answerable"))

    @property
    def given_share(self) -> float:
        """The share of people's judgements among the unanswerable examples."""
        given = self._total("given")
        return _share(given, given + self._total("made"))

    def _total(self, label: str) -> int:
        return sum(getattr(count, label) for count in self.sets.values())

    def summary(self) -> str:
        """One line of all shares."""
        return (
            f"{self.examples} examples, {self.unanswerable_share:.1%} of the labelled ones unanswerable, "
            f"{self.given_share:.1%} of these judged by people, {_share(self.titled, self.examples):.1%} with a title"
        )

    def table(self) -> str:
        """A row for each set, then one for each kind."""
        rows = [f"{'set':24}{'answerable':>12}{'given not':>12}{'made not':>12}{'unlabelled':>12}"]
        rows += [
            f"{name:24}{count.answerable:12}{count.given:12}{count.made:12}{count.unlabelled:12}"
            for name, count in self.sets.items()
        ]
        return "\n".join([*rows, "", *(f"{kind:24}{number:12}" for kind, number in self.kinds.items())])


def _label(example: Example) -> str:
    if example.answerable is None:
        return "unlabelled"
    if example.answerable:
        return "answerable"
    return "given" if example.kind == GIVEN else "made"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Print what an epoch consists of, without training.")
    add_arguments(parser)
    parser.add_argument("--epoch", type=int, default=0, help="the epoch's number (default: 0)")
    parser.add_argument("--taught", action="store_true", help="with the unlabelled passages that a teacher labels")
    arguments = parser.parse_args()
    curriculum = chosen_curriculum(arguments, taught=arguments.taught)
    mix = Mix.of(curriculum.epoch(arguments.epoch))
    print(mix.table(), mix.summary(), sep="\n\n")


if __name__ == "__main__":
    main()
