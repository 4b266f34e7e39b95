"""The features of a word of the conversation that may be carried over into a question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from qa.followup.turn import Turn
from qa.followup.words import MOST_ANSWER_WORDS, ConversationWord, rarity, words_in

LAST_TURNS = 8  # that are looked at, besides the first: few questions refer further back
_DETERMINERS = frozenset("the a an this that these those his her its their your our my".split())
_PEOPLE = frozenset("he him his she her hers himself herself".split())
_THINGS = frozenset("it its itself".split())
_SEVERAL = frozenset("they them their theirs both themselves".split())
_POINTING = frozenset("this that these those".split())
_PLACES = frozenset("there here then".split())
_REFERRING = _PEOPLE | _THINGS | _SEVERAL | _POINTING | _PLACES
_ONES = frozenset("one ones first second third last former latter two".split())
_MORE = frozenset("other others else another more also besides too instead different similar same any".split())
_TOPICAL = 0.6  # rarer than this is a word that can be a topic: "lens" is, "time" is not
_OPENINGS = re.compile(r"\W*(?:and|but|so|or|also|what about|how about|what else|which ones?|why|how so)\b", re.I)
# The openings of a question that goes on; "why" also begins whole questions, and alone it says nothing of its own.
_GOES_ON = re.compile(r"\W*(?:and|but|so|or|also|what about|how about|what else)\b", re.I)
# After these "that" begins a clause, unless a verb follows: "Who says that lenses are ground?", "Who says that is so?"
_BEFORE_CLAUSE = frozenset(
    "say says said saying think thinks thought believe believes believed claim claims claimed mention mentions "
    "mentioned report reports reported argue argues argued agree agrees agreed know knows knew show shows showed shown "
    "prove proves mean means meant feel feels felt true sure certain likely fact".split()
)
_NEAR = 5  # words
_VERBS = frozenset(
    "is are was were am be been do does did can could will would should shall may might must has have had what who "
    "whom whose which where when why how tell list name give show explain describe".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term of the conversation that the question does not say.

    Attributes:
        term: The term.
        features: Its features, as named in `NAMES`.
    """

    term: str
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a term stands: how many turns back (1 is the last), in an answer or not, and among which words."""

    back: int
    in_answer: bool
    index: int
    words: Sequence[ConversationWord]

    @property
    def word(self) -> ConversationWord:
        return self.words[self.index]

    def says(self, said: frozenset[str], reach: int) -> bool:
        """Whether a content word of the question stands within some words of it."""
        near = self.words[max(self.index - reach, 0) : self.index + reach + 1]
        return any(word.is_content and word.term in said for word in near)


@dataclass(frozen=True, slots=True)
class _TermFeatures:
    """What is known of a term by where it stands in the conversation."""

    in_last_question: float
    in_question_before: float
    in_first_question: float
    share_of_questions: float
    in_last_answer: float
    in_answer: float
    answers: float
    nearness: float
    name_share: float
    name_in_question: float
    has_digit: float
    rarity: float
    after_determiner: float
    before_of: float
    ends_phrase: float
    begins_phrase: float
    beside_name: float
    place: float
    last_question_word: float
    in_topic_question: float
    since_topic: float
    ing: float
    ed: float
    ly: float
    s: float
    length: float
    only_in_answer: float
    answer_is_short: float
    turns: float
    beside_said: float
    near_said: float


@dataclass(frozen=True, slots=True)
class _QuestionFeatures:
    """What is known of the question: what in it refers back, and how much it says of its own."""

    people: float
    things: float
    several: float
    pointing: float
    places: float
    ones: float
    more: float
    opening: float
    no_verb: float
    content: float
    no_content: float
    one_content: float
    words: float
    has_name: float
    rarest: float
    mean_rarity: float
    said_in_last_question: float
    said_in_last_answer: float
    said_before: float
    has_determined: float
    unsaid_rarest: float


_TERM_NAMES = tuple(field.name for field in fields(_TermFeatures))
_QUESTION_NAMES = tuple(field.name for field in fields(_QuestionFeatures))
NAMES = (*_TERM_NAMES, "rarity_rank", *_QUESTION_NAMES)
"""The features in the order in which the model takes them; `rarity_rank` is a term's place among all by rarity."""
_term_values, _question_values = attrgetter(*_TERM_NAMES), attrgetter(*_QUESTION_NAMES)


def candidates(question: str, turns: Sequence[Turn]) -> list[Candidate]:
    """The content terms of the conversation that the question does not say, with their features.

    Args:
        question: The question's words.
        turns: The turns before it, oldest first.
    """
    asked = words_in(question)
    said = frozenset(word.term for word in asked)
    found = _places(turns)
    topic = _topic_turn(turns)
    unsaid = {
        term: _term_features(places, len(turns), topic, said) for term, places in found.items() if term not in said
    }
    of_question = _question_values(_question_features(question, asked, found))
    rarest_first = sorted((features.rarity for features in unsaid.values()), reverse=True)
    return [
        Candidate(term, (*_term_values(features), rarest_first.index(features.rarity) / len(unsaid), *of_question))
        for term, features in unsaid.items()
    ]


def matrix(rows: Sequence[Candidate]) -> NDArray[np.float32]:
    """The features of the candidates, shape (len(rows), len(NAMES))."""
    return np.array([row.features for row in rows], dtype=np.float32).reshape(len(rows), len(NAMES))


def has_pronoun(question: str) -> bool:
    """Whether a question stands for something by a pronoun, or says nothing of its own.

    >>> [has_pronoun(text) for text in ("Is it treatable?", "why?", "and the coating?")]
    [True, True, False]
    >>> [has_pronoun(text) for text in ("Who said that?", "Who said that the lens is loud?", "Is it true that it is?")]
    [True, False, True]
    """
    words = words_in(question)
    if not any(word.is_content for word in words):
        return True
    return any(word.normal in _REFERRING and not _begins_clause(words, at) for at, word in enumerate(words))


def _begins_clause(words: Sequence[ConversationWord], at: int) -> bool:
    """Whether a word is the "that" of a clause, which stands for nothing."""
    return (
        words[at].normal == "that"
        and 0 < at < len(words) - 1
        and words[at - 1].normal in _BEFORE_CLAUSE
        and words[at + 1].normal not in _VERBS
    )


def refers_back(question: str) -> bool:
    """Whether a question refers to what was said before, or is no whole question.

    >>> [refers_back(text) for text in ("Is it treatable?", "and the coating?", "why?", "What is throat cancer?")]
    [True, True, True, False]
    >>> refers_back("Why are dealers using bots?")
    False
    """
    normals = {word.normal for word in words_in(question)}
    return bool(has_pronoun(question) or normals & _ONES or not normals & _VERBS or _GOES_ON.match(question))


def _places(turns: Sequence[Turn]) -> Mapping[str, Sequence[_Place]]:
    """Where each content term stands in the first turn and the last ones, the latest first."""
    places: dict[str, list[_Place]] = defaultdict(list)
    for back, turn in enumerate(reversed(turns), 1):
        if back <= LAST_TURNS or back == len(turns):
            parts = (False, words_in(turn.question)), (True, words_in(turn.answer, MOST_ANSWER_WORDS))
            for in_answer, words in parts:
                for index, word in enumerate(words):
                    if word.is_content:
                        places[word.term].append(_Place(back, in_answer, index, words))
    return places


def _topic_turn(turns: Sequence[Turn]) -> int:
    """How many turns back the last question was asked that names its topic; the first one if none does."""
    for back, turn in enumerate(reversed(turns), 1):
        words = words_in(turn.question)
        names_topic = any(word.is_content and rarity(word.normal) > _TOPICAL for word in words)
        if names_topic and not any(word.normal in _REFERRING for word in words):
            return back
    return len(turns)


def _term_features(places: Sequence[_Place], first: int, topic: int, said: frozenset[str]) -> _TermFeatures:
    """The features of a term.

    Args:
        places: Where it stands.
        first: How many turns back the first one is.
        topic: How many turns back the topic was named.
        said: The terms of the question.
    """
    questions = {place.back for place in places if not place.in_answer}
    answers = {place.back for place in places if place.in_answer}
    best = min(places, key=lambda place: (place.in_answer, place.back))
    word, words = best.word, best.words
    before = words[best.index - 1] if best.index else None
    after = words[best.index + 1] if best.index + 1 < len(words) else None
    return _TermFeatures(
        in_last_question=float(1 in questions),
        in_question_before=float(2 in questions),
        in_first_question=float(first in questions),
        share_of_questions=len(questions) / first,
        in_last_answer=float(1 in answers),
        in_answer=float(bool(answers)),
        answers=min(len(answers), 4) / 4,
        nearness=1 / min(place.back for place in places),
        name_share=sum(place.word.is_name for place in places) / len(places),
        name_in_question=float(any(place.word.is_name for place in places if not place.in_answer)),
        has_digit=float(any(char.isdigit() for char in word.normal)),
        rarity=rarity(word.normal),
        after_determiner=float(before is not None and before.normal in _DETERMINERS),
        before_of=float(after is not None and after.normal == "of"),
        ends_phrase=float(after is None or not after.is_content),
        begins_phrase=float(before is None or not before.is_content),
        beside_name=float(any(other is not None and other.is_name for other in (before, after))),
        place=best.index / max(len(words), 1),
        last_question_word=float(not best.in_answer and after is None),
        in_topic_question=float(topic in questions),
        since_topic=1 / topic,
        ing=float(word.normal.endswith("ing")),
        ed=float(word.normal.endswith("ed")),
        ly=float(word.normal.endswith("ly")),
        s=float(word.normal.endswith("s")),
        length=min(len(word.normal), 12) / 12,
        only_in_answer=float(not questions),
        answer_is_short=float(any(place.in_answer and len(place.words) <= 12 for place in places)),
        turns=min(first, 8) / 8,
        beside_said=float(any(place.says(said, 1) for place in places)),
        near_said=float(any(place.says(said, _NEAR) for place in places)),
    )


def _question_features(
    question: str, asked: Sequence[ConversationWord], found: Mapping[str, Sequence[_Place]]
) -> _QuestionFeatures:
    normals = {word.normal for word in asked}
    content = [word for word in asked if word.is_content]
    rarities = [rarity(word.normal) for word in content] or [0.0]

    def said_in_last(*, answer: bool) -> float:
        said = sum(
            any(place.back == 1 and place.in_answer == answer for place in found.get(word.term, ())) for word in content
        )
        return said / max(len(content), 1)

    return _QuestionFeatures(
        people=float(bool(normals & _PEOPLE)),
        things=float(bool(normals & _THINGS)),
        several=float(bool(normals & _SEVERAL)),
        pointing=float(bool(normals & _POINTING)),
        places=float(bool(normals & _PLACES)),
        ones=float(bool(normals & _ONES)),
        more=float(bool(normals & _MORE)),
        opening=float(bool(_OPENINGS.match(question))),
        no_verb=float(not normals & _VERBS),
        content=min(len(content), 8) / 8,
        no_content=float(not content),
        one_content=float(len(content) == 1),
        words=min(len(asked), 16) / 16,
        has_name=float(any(word.is_name for word in asked)),
        rarest=max(rarities),
        mean_rarity=sum(rarities) / len(rarities),
        said_in_last_question=said_in_last(answer=False),
        said_in_last_answer=said_in_last(answer=True),
        said_before=sum(word.term in found for word in content) / max(len(content), 1),
        has_determined=float(any(first.normal == "the" and second.is_content for first, second in pairwise(asked))),
        unsaid_rarest=max([rarity(word.normal) for word in content if word.term not in found] or [0.0]),
    )
