"""Synthetic edits of a question and its paragraph: near misses that have no answer, and harmless edits.

A swap replaces a word by another of the same type. In the question or the paragraph alone it makes the question
unanswerable; in both it leaves it answerable. So neither text gives the label away: only comparing them does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from qa.types import Span
from training.data import LabelledQuestion
from training.lexicon import AUXILIARIES, CONTRACTED, OPPOSITES, SERIES, STOP_WORDS
from training.neighbours import Neighbours
from training.text import sentences, words

_NEGATION = re.compile(r"\b(?:not|never)\s|n't\b", re.IGNORECASE)
_CONDITION = re.compile(
    r" (?:in|during|after|before|since|until|for|at|from) (?:the |early |late )*"
    r"(?:[A-Z][a-z]+|\d{4})(?: [A-Z][a-z]+| \d{4}| War)*\b"
)
_SERIES_OF = {word: series for series in SERIES for word in series}
_WEIGHTS = {"number": 4.0, "opposite": 4.0, "series": 4.0, "name": 3.0, "word": 1.0}


@dataclass(frozen=True, slots=True)
class Swap:
    """One word and the word to put in its place, both in lower case."""

    kind: str
    old: str
    new: str


class Swaps:
    """Finds swaps that make a question unanswerable by its paragraph."""

    def __init__(self, neighbours: Neighbours, common: frozenset[str]) -> None:
        self._neighbours = neighbours
        self._common = common | STOP_WORDS

    def draw(self, question: LabelledQuestion, rng: Random) -> Swap | None:
        """A random swap of one of the question's words; numbers and opposites are preferred to siblings."""
        present = {*words(question.paragraph.text), *words(question.paragraph.title), *words(question.text)}
        found: list[Swap] = []
        for position, old in enumerate(dict.fromkeys(words(question.text))):
            kind, options = self._options(old, position, rng)
            absent = [option for option in options if option not in present]
            if absent:
                found.append(Swap(kind, old, rng.choice(absent)))
        if not found:
            return None
        return rng.choices(found, [_WEIGHTS[swap.kind] for swap in found])[0]

    def draw_inner(self, question: LabelledQuestion, rng: Random) -> Swap | None:
        """A random swap of a word of the question for one of its type that the paragraph has away from the answer."""
        near, far = set(words(question.text)), set[str]()
        text = question.paragraph.text
        for start, end in sentences(text):
            has_answer = any(start < stop and begin < end for begin, stop in question.answers)
            (near if has_answer else far).update(words(text[start:end]))
        others = sorted(far - near - self._common)
        found: list[Swap] = []
        for position, old in enumerate(dict.fromkeys(words(question.text))):
            if old[0].isdigit():
                chosen = [word for word in others if word[0].isdigit() and len(word) == len(old)]
            elif self._neighbours.is_name(old):
                chosen = [word for word in others if self._neighbours.is_name(word)]
            elif position and old not in self._common:
                chosen = self._neighbours.akin(old, others)
            else:
                continue
            kind = "number" if old[0].isdigit() else "name" if self._neighbours.is_name(old) else "word"
            if chosen:
                found.append(Swap(kind, old, rng.choice(chosen)))
        return rng.choices(found, [_WEIGHTS[swap.kind] for swap in found])[0] if found else None

    def _options(self, word: str, position: int, rng: Random) -> tuple[str, tuple[str, ...]]:
        if word[0].isdigit():
            return "number", tuple(_other_number(word, rng) for _ in range(4))
        if word in OPPOSITES and rng.random() < 0.8:
            return "opposite", OPPOSITES[word]
        if word in _SERIES_OF:
            return "series", tuple(other for other in _SERIES_OF[word] if other != word)
        if position == 0 or word in self._common:
            return "word", ()
        return "name" if self._neighbours.is_name(word) else "word", self._neighbours.siblings(word)


def swapped(text: str, swap: Swap, answers: tuple[Span, ...] = ()) -> tuple[str, tuple[Span, ...]] | None:
    """The text with every occurrence swapped, and the new spans of its answers.

    None if the word does not occur, or occurs in an answer.

    >>> swapped("In May we met Ann.", Swap("series", "may", "june"), ((14, 17),))
    ('In June we met Ann.', ((15, 18),))
    """
    return _replaced(text, {swap.old: swap.new}, answers)


def exchanged(text: str, swap: Swap, answers: tuple[Span, ...] = ()) -> tuple[str, tuple[Span, ...]] | None:
    """The text with the two words exchanged, and the new spans of its answers.

    >>> exchanged("Ann met Bob in May.", Swap("name", "ann", "bob"), ((15, 18),))
    ('Bob met Ann in May.', ((15, 18),))
    """
    return _replaced(text, {swap.old: swap.new, swap.new: swap.old}, answers)


def _replaced(text: str, new: dict[str, str], answers: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]] | None:
    either = "|".join(f"({re.escape(word)})" for word in new)
    matches = list(re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.IGNORECASE))
    if not matches or any(match.start() < end and start < match.end() for match in matches for start, end in answers):
        return None
    pieces, last, growths = [], 0, []
    for match in matches:
        word = list(new.values())[(match.lastindex or 1) - 1]
        pieces += [text[last : match.start()], _cased(word, match.group())]
        last = match.end()
        growths.append((last, len(word) - len(match.group())))

    def moved(offset: int) -> int:
        return offset + sum(growth for end, growth in growths if end <= offset)

    return "".join(pieces) + text[last:], tuple((moved(start), moved(end)) for start, end in answers)


def negated(question: str, rng: Random) -> str | None:
    """The question negated, or None if it has no auxiliary after its first word.

    >>> negated("What does Sadat seek?", Random(1))
    'What does Sadat not seek?'
    """
    if _NEGATION.search(question):
        plain = re.sub(r"n't\b", "", re.sub(r"\b(?:not|never) ", "", question, flags=re.IGNORECASE))
        return plain.replace("ca ", "can ").replace("wo ", "will ")
    for match in re.finditer(r"[A-Za-z]+", question):
        word = match.group().lower()
        if word in AUXILIARIES and match.start():
            after = f"{match.group()} {rng.choice(('not', 'not', 'never'))}"
            if word in CONTRACTED and rng.random() < 0.5:
                after = CONTRACTED[word]
            elif word in {"do", "does", "did"}:
                return _late_negation(question, match.end(), rng)
            return question[: match.start()] + after + question[match.end() :]
    return None


def _late_negation(question: str, start: int, rng: Random) -> str | None:
    """`What did the king not sign?`: the word after the subject's article and noun."""
    match = re.match(r"(?: the| a| an)?(?: [A-Z][\w.]+)* \w+(?= \w)", question[start:])
    if match is None:
        return None
    return f"{question[: start + match.end()]} {rng.choice(('not', 'never'))}{question[start + match.end() :]}"


def conditions(text: str) -> list[str]:
    """Phrases of time and place with their leading space, as in the text.

    >>> conditions("It was sold in 1998 after the Cold War ended.")
    [' in 1998', ' after the Cold War']
    """
    return [match.group() for match in _CONDITION.finditer(text)]


def with_condition(question: str, condition: str) -> str:
    """The question with the condition at its end.

    >>> with_condition("Who led the club?", " in 1998")
    'Who led the club in 1998?'
    """
    return question.rstrip("?. ") + condition + "?"


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def _other_number(number: str, rng: Random) -> str:
    """Another number of the same form: a year nearby, or a number with one digit changed.

    >>> _other_number("1690", Random(0))
    '1703'
    """
    if re.fullmatch(r"1\d{3}|20\d{2}", number):
        return str(int(number) + rng.choice((-1, 1)) * rng.choice((1, 2, 3, 5, 7, 10, 13, 20, 28, 50, 100)))
    digits = [index for index, digit in enumerate(number) if digit.isdigit()]
    place = rng.choice(digits)
    digit = rng.choice([d for d in "123456789" if d != number[place]])
    return number[:place] + digit + number[place + 1 :]
