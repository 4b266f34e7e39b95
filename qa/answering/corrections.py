"""Corrections: where a text takes a value back ("8pm, sorry, 9pm"), what it says instead takes its place.

A reader points at the old value as readily as at the new one: both stand beside the words of the question. Only what is
plainly a correction counts, with a new value of the same kind: a wrong correction does more harm than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from qa.answering.candidate import ReadCandidate
from qa.answering.question_type import asks_fact
from qa.answering.reader import HOPELESS, ScoredSpan
from qa.answering.values import DATE, NAME, NEXT_WORD, NUMBER, SHAPES, YEAR, unit_of
from qa.text.normalize import words_of
from qa.text.sentences import Sentence
from qa.types import Span

_BEFORE_VALUE = r"(?:(?:at|on|in|for|the|about|only|actually|really|more\s+like|now|bus|room|platform)\s+){0,3}"
_IT_IS = (
    rf"(?:it|that|this|he|she|they)(?:['’](?:s|re)|\s+(?:is|are|was|were|should\s+be|took|takes))\s+{_BEFORE_VALUE}"
)
# "at 8pm, sorry, 9pm", "in 1998 - I meant 1996"
_SORRY_AFTER = re.compile(
    r"[\s,;(.…–—-]*(?:sorry|i\s+meant?|make\s+that|sc(?:rap|ratch)\s+that|or\s+rather|no,?\s+wait|correction|oops|er)\b"
    rf"[\s,:–—-]*(?:{_IT_IS}|{_BEFORE_VALUE})",
    re.IGNORECASE,
)
_MOVED_FROM = re.compile(
    r"\b(?:moved|changed|postponed|extended|brought\s+forward|put\s+back)\s+from\s+\Z", re.IGNORECASE
)
_MOVED_TO_AFTER = re.compile(rf"\s+to\s+{_BEFORE_VALUE}", re.IGNORECASE)
# "9pm, not 8pm", "it isn't £900": what is denied stands behind it.
_NOT_BEFORE = re.compile(r"(?<!if\s)(?:\bnot|n['’]t)\s+(?:(?:at|on|in|for|the|an?)\s+){0,2}\Z", re.IGNORECASE)
_NOT_LENGTH = 25  # characters, at most
_NOT_ALONE_AFTER = re.compile(r"\s+(?:only|just|always|alone|too)\b", re.IGNORECASE)  # "it isn't at 8pm only"
# Behind a new value the clause ends: not in "EDIT: it's £20 cheaper", "Sorry, £5 notes only" or "EDIT: it's 2 years now
# and I still love it".
_CLAUSE_ENDS = re.compile(
    r"\s*(?:\Z|[.,;!?)\]]|—)|\s+(?:now(?!\s+and\s+(?:i|we)\b)|instead|not|today|according|but|because)\b", re.IGNORECASE
)
_DIFFERENCE = re.compile(
    r"\s*(?:(?!or\b)\w+\s+)?(?:more(?!\s+or\s+less\b)|less|extra|off|cheaper|dearer|longer|shorter|later|earlier)\b",
    re.IGNORECASE,
)
_EARLIER_VERSION = re.compile(
    r"\ban?\s+(?:earlier|previous)\s+version\b[^.:;]{0,60}?\b(?:said|stated|gave|named|listed|misstated|put)\b"
    r"|\boriginally\s+(?:said|stated|misstated)\b",
    re.IGNORECASE,
)
_IT_ALSO_SAID = re.compile(r"\W*it\s+also\s+(?:gave|said|stated|named|listed|put)\b", re.IGNORECASE)
_SAID_WRONGLY = re.compile(
    r"\b(?:(?:i|we)\s+(?:\w+\s+)?(?:wrote|said|thought|believed|assumed)|rumou?r\s+has\s+it"
    r"|(?:everyone|everybody|people|they)\s+(?:says?|said|thinks?|thought))\b",
    re.IGNORECASE,
)
_BUT_IT_IS = re.compile(rf"\bbut\b.*\b{_IT_IS}", re.IGNORECASE | re.DOTALL)
_IN_FACT_IT_IS = re.compile(rf"\W*(?:(?:in\s+fact|actually|but)\W+)?(?:{_IT_IS}|there\s+(?:is|are)\s+)", re.IGNORECASE)
_IT_IS_NOT = re.compile(r"\W*(?:it|that)(?:['’]s|\s+(?:is|was))(?:\s+(?:wrong|not)|n['’]t)\b", re.IGNORECASE)
_RETRACTION = re.compile(
    r"\W*(?:(?:ignore\s+that|sc(?:rap|ratch)\s+that|sorry|my\s+mistake|oops|typo|no,?\s+(?:wait|hang\s+on)|make\s+that"
    r"|i\s+meant?)\b[\s,:–—-]*){1,2}"
    rf"(?:{_IT_IS}|it\s+\w+s\s+{_BEFORE_VALUE}|{_BEFORE_VALUE})",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:was|were)\s+(?:\w+\s+)?(?:going|supposed|meant|due|scheduled|planned|set)\s+(?:to|for|on|at)\b",
    re.IGNORECASE,
)
_MOVED_TO = re.compile(
    r"\b(?P<what>\w+)\s+(?:(?:is|are|was|were|has|have)\s+(?:been\s+)?)?"
    r"(?:(?:moved|postponed|changed|put\s+(?:off|back)|brought\s+forward)\s+(?:to|until|till)"
    rf"|now(?:\s+\w+s)?)\s+{_BEFORE_VALUE}",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"[\W_]*(?:edit(?:ed)?|update|correction|corrected|erratum|typo)\b"
    r"[^:\n\d]{0,20}(?:\d{1,2}(?:\s+\w+)?)?\s*[:–—-](?!\d)\s*",
    re.IGNORECASE,
)
_EDITED_TO = re.compile(
    rf"(?:sorry\W+)?(?:{_IT_IS}|it\s+\w+s\s+{_BEFORE_VALUE}|should\s+be\s+|{_BEFORE_VALUE})", re.IGNORECASE
)
_IT_IS_NOW = re.compile(r"\bit(?:['’]s|\s+is)\s+(?=\S+\s+now\b)", re.IGNORECASE)
_TAKEN_OVER = re.compile(
    r"\b(?:took|taken|takes)\s+over\b|\b(?:succeeded|replaced)\b|\bis\s+(?:now|the\s+new)\b", re.IGNORECASE
)
_NO_LONGER_AFTER = re.compile(r"\s+(?:is|are)\s+no\s+longer\b", re.IGNORECASE)
_FUNCTION_WORDS = frozenset(
    "the and for are was were not but with this that from its our your their have has had been will you they she his"
    " her edit update correction note now please sorry only also then thanks everybody everyone all folks".split()
)
_CONTENT_LETTERS = 3
_AFTERWARDS = 3  # sentences in which a plan may be said to have changed
# Who asks this may want to know what was so before, or what is not.
_ASKS_WHAT_WAS = re.compile(
    r"\b(?:not|no\s+longer|non|original(?:ly)?|initial(?:ly)?|first|(?<!how\s)old|used\s+to|supposed|planned|earlier|before|former"
    r"|previous(?:ly)?|wrong(?:ly)?|mistake|correct(?:ed|ion)|change[ds]?|edit(?:ed)?|update[ds]?|closed|except|normal(?:ly)?"
    r"|regular(?:ly)?|stop(?:ped)?|until|sa(?:y|ys|id)|claim(?:s|ed)?|th(?:ink|inks|ought)|according)\b|n['’]t\b",
    re.IGNORECASE,
)
_ASKS_WHO_IS = re.compile(r"\bwho(?:['’]s|\s+is)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Correction:
    """What is right instead of a value: the index of its sentence, and its span."""

    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class Corrected:
    """A passage in which what is right has the margin and the evidence of what it takes the place of.

    `taken_back` are the indices of the sentences whose span is taken back.
    """

    candidate: ReadCandidate
    taken_back: frozenset[int] = frozenset()


def with_corrections(question: str, read: Sequence[ReadCandidate]) -> list[Corrected]:
    """The passages that were read, with what is right in the place of what is taken back.

    A value is taken back in its own passage, or in a later post of the same author.

    Args:
        question: The question. Only what a few words answer is corrected, unless it may ask what was so before.
        read: The passages.
    """
    if not asks_fact(question) or _ASKS_WHAT_WAS.search(question):
        return [*map(Corrected, read)]
    drafts = [*map(_Draft.of, read)]
    for draft in drafts:
        for index, span in enumerate(draft.candidate.spans):
            if span.margin > HOPELESS:
                draft.correct(question, index, span, drafts)
    return [draft.corrected() for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """A passage on the way to `Corrected`."""

    candidate: ReadCandidate
    spans: list[ScoredSpan]
    evidence: list[float]
    taken_back: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, candidate: ReadCandidate) -> _Draft:
        return cls(candidate, [*candidate.spans], [*candidate.sentence_evidence])

    def correct(self, question: str, index: int, span: ScoredSpan, drafts: Sequence[_Draft]) -> None:
        """Put what is right in the place of the span of a sentence, if that is taken back."""
        value = _Value.in_span(self.candidate.candidate.text, self.candidate.sentences, index, (span.start, span.end))
        if value is None:
            return
        if correction := value.correction(question):
            self._take_back(index, span, self, correction)
            return
        if value.is_of_earlier_version:
            self.taken_back.add(index)
        for other in filter(self._is_before, drafts):
            if correction := value.denied_in(other.candidate.candidate.text, other.candidate.sentences):
                self._take_back(index, span, other, correction)

    def _take_back(self, index: int, span: ScoredSpan, other: _Draft, correction: _Correction) -> None:
        right = correction.index
        if other is not self or right != index:
            self.taken_back.add(index)
        if other.spans[right].margin <= span.margin:
            start, end = correction.span
            other.spans[right] = replace(span, start=start, end=end)
            other.evidence[right] = max(other.evidence[right], self.evidence[index])

    def _is_before(self, other: _Draft) -> bool:
        """Whether the other passage is from a later post of the same author."""
        place, later = self.candidate.candidate.place, other.candidate.candidate.place
        is_by_same = place.author is not None and (place.source, place.author) == (later.source, later.author)
        return is_by_same and place.post < later.post

    def corrected(self) -> Corrected:
        changed = replace(self.candidate, spans=self.spans, sentence_evidence=self.evidence)
        return Corrected(changed, frozenset(self.taken_back))


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that a sentence of a text holds: a price, a time, a date, a year, a number or a name.

    `is_of_earlier_version` is whether it is what an earlier version of the text said, or also said: "It also gave …".
    """

    text: str
    sentences: Sequence[Sentence]
    index: int
    span: Span
    shape: re.Pattern[str]
    match: re.Match[str]
    is_of_earlier_version: bool

    @classmethod
    def in_span(cls, text: str, sentences: Sequence[Sentence], index: int, span: Span) -> _Value | None:
        """The value in a span of a sentence; None if there is none."""
        start = span[0] - (text[span[0] - 1 : span[0]] in ("£", "$", "€"))
        for shape in SHAPES:
            if shape.search(text[start : span[1]]) and (match := shape.search(text, start, sentences[index].end)):
                if match.start() >= span[1]:
                    return None
                is_earlier = _is_of_earlier_version(text, sentences, index, match.start())
                return cls(text, sentences, index, span, shape, match, is_earlier)
        return None

    def correction(self, question: str) -> _Correction | None:
        """What is right instead; None if its text does not take it back."""
        for index, at in self._where_right(question):
            if (right := self.other_at(self.text, at)) is not None:
                return _Correction(index, right)
        return None

    def other_at(self, text: str, at: int) -> Span | None:
        """The span of another value of the kind that begins at an offset of a text."""
        match = self.shape.match(text, at)
        if match is None or match[0].casefold() == self.match[0].casefold():
            return None
        if self.shape is NUMBER and (any(kind.match(text, at) for kind in SHAPES[:4]) or text[at - 1 : at] in "£$€"):
            return None
        if self.shape is NUMBER and unit_of(match) not in ("", unit_of(self.match)):
            return None
        prefix = self.text[self.span[0] : self.match.start()]
        has_prefix = prefix and text[max(0, at - len(prefix)) : at].casefold() == prefix.casefold()
        return (at - len(prefix) if has_prefix else at), match.end()

    def _where_right(self, question: str) -> Iterator[tuple[int, int]]:
        """Where the text may say what is right: the index of a sentence and an offset in it, the surest cue first."""
        yield from self._in_its_sentence()
        if self.is_of_earlier_version:
            yield from chain.from_iterable(map(self._everywhere, (self.index, self.index + 1)))
        if _ASKS_WHO_IS.search(question):
            yield from self._after_no_longer()
        if self.shape is not NAME:  # another name is seldom another value of the same thing
            yield from self._after_doubt()
            yield from self._after_a_plan()
            yield from self._in_later_sentences()

    def _in_its_sentence(self) -> Iterator[tuple[int, int]]:
        """Beside the value: "8pm, sorry, 9pm", "not 8pm but 9pm", "moved from 8pm to 9pm"."""
        sentence, behind = self.sentences[self.index], self.match.end()
        if sorry := _SORRY_AFTER.match(self.text, behind, sentence.end):
            yield self.index, sorry.end()
        if _is_denied(self.text, self.match):
            yield from self._everywhere(self.index)
        if self._before_matches(_MOVED_FROM) and (to := _MOVED_TO_AFTER.match(self.text, behind)):
            yield self.index, to.end()

    def _after_no_longer(self) -> Iterator[tuple[int, int]]:
        """After "Ann is no longer the head", in a sentence that says who took over."""
        if _NO_LONGER_AFTER.match(self.text, self.match.end()):
            for at, after in self._following(1):
                if _TAKEN_OVER.search(self.text, after.start, after.end):
                    yield from self._everywhere(at)

    def _after_doubt(self) -> Iterator[tuple[int, int]]:
        """After what somebody thought: "I thought it takes two hours. It took five"."""
        if not self._before_matches(_SAID_WRONGLY):
            return
        # In "I wrote this in 2011. It was 2014 before …" the next year is another one.
        is_day = self.shape in (DATE, YEAR)
        but = _BUT_IT_IS.search(self.text, self.match.end(), self.sentences[self.index].end)
        if but and not is_day and not self._is_difference(but.end()):
            yield self.index, but.end()
        for at, after in self._following(1):
            it_is = _IN_FACT_IT_IS.match(self.text, after.start, after.end)
            if it_is and not is_day and self._ends_clause(it_is.end()):
                yield at, it_is.end()
            if _IT_IS_NOT.match(self.text, after.start, after.end):
                yield from self._everywhere(at)

    def _after_a_plan(self) -> Iterator[tuple[int, int]]:
        """After what was planned: "It was due to open on 3 May. The opening was moved to 10 June"."""
        if not self._before_matches(_PLANNED):
            return
        for at, sentence in [(self.index, self.sentences[self.index]), *self._following(_AFTERWARDS)]:
            for moved in _MOVED_TO.finditer(self.text, max(self.match.end(), sentence.start), sentence.end):
                if self._is_about(moved["what"]):
                    yield at, moved.end()

    def _in_later_sentences(self) -> Iterator[tuple[int, int]]:
        """In the next sentence, if that takes something back, in one that denies the value, or in an edit."""
        for at, after in self._following(1):
            retraction = _RETRACTION.match(self.text, after.start, after.end)
            if retraction and self._ends_clause(retraction.end()):
                yield at, retraction.end()
        if denied := self.denied_in(self.text, self.sentences[self.index + 1 :]):
            yield self.index + 1 + denied.index, denied.span[0]
        for at, after in reversed(self._following(len(self.sentences))):  # of several edits the last one holds
            yield from ((at, edited) for edited in self._edited_in(after))

    def _before_matches(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern matches in the sentence before the value."""
        return pattern.search(self.text, self.sentences[self.index].start, self.match.start()) is not None

    def _following(self, count: int) -> list[tuple[int, Sentence]]:
        """The next sentences, each with its index."""
        first = self.index + 1
        return list(enumerate(self.sentences[first : first + count], first))

    def _everywhere(self, index: int) -> Iterator[tuple[int, int]]:
        """Where values of the kind begin in a sentence, if there is one of this index."""
        for sentence in self.sentences[index : index + 1]:
            for match in self.shape.finditer(self.text, sentence.start, sentence.end):
                yield index, match.start()

    def _edited_in(self, sentence: Sentence) -> Iterator[int]:
        """Where a sentence that is marked as an edit says the new value, of nothing else or of the same subject."""
        marker = _MARKER.match(self.text, sentence.start, sentence.end)
        if marker is None:
            return
        edited = _EDITED_TO.match(self.text, marker.end(), sentence.end)
        if edited and self._ends_clause(edited.end()):
            yield edited.end()
        for it_is in _IT_IS_NOW.finditer(self.text, marker.end(), sentence.end):
            yield it_is.end()
        for moved in _MOVED_TO.finditer(self.text, marker.end(), sentence.end):
            if self._is_about(self.text[marker.end() : moved.end("what")]):
                yield moved.end()

    def denied_in(self, text: str, sentences: Sequence[Sentence]) -> _Correction | None:
        """What another sentence says instead of this value, which it denies: "Doors open at 9pm, not 8pm".

        It is about nothing that the sentence of this value does not name.
        """
        if self.shape is NAME:
            return None
        for index, sentence in enumerate(sentences):
            matches = [*self.shape.finditer(text, sentence.start, sentence.end)]
            denied = any(_is_denied(text, match) and self._is_same(match) for match in matches)
            if not denied or not self._is_about(text[sentence.start : sentence.end]):
                continue
            rights = (self.other_at(text, match.start()) for match in matches if not _is_denied(text, match))
            if right := next(filter(None, rights), None):
                return _Correction(index, right)
        return None

    def _is_about(self, words: str) -> bool:
        """Whether words name nothing that the sentence of the value does not name."""
        own = self.sentences[self.index]
        return _content(words, self.match[0]) <= _content(self.text[own.start : own.end], self.match[0])

    def _ends_clause(self, at: int) -> bool:
        """Whether the clause ends behind a value that begins at an offset, or goes on as behind this one."""
        match = self.shape.match(self.text, at)
        if match is None:
            return False
        following = NEXT_WORD.match(self.text, match.end())
        as_here = NEXT_WORD.match(self.text, self.match.end())
        goes_on = following and as_here and following[1].casefold() == as_here[1].casefold()
        return _CLAUSE_ENDS.match(self.text, following.end() if following and goes_on else match.end()) is not None

    def _is_difference(self, at: int) -> bool:
        """Whether the value that begins at an offset is only by how much another one differs: "£15 more"."""
        match = self.shape.match(self.text, at)
        return match is not None and _DIFFERENCE.match(self.text, match.end()) is not None

    def _is_same(self, other: re.Match[str]) -> bool:
        """Whether another value is this one, perhaps without its unit: "8" of "8pm"."""
        one, two = ("".join(words_of(match[0])) for match in (self.match, other))
        shorter, longer = sorted((one, two), key=len)
        return longer.startswith(shorter) and not longer[len(shorter) :][:1].isdigit()


def _is_of_earlier_version(text: str, sentences: Sequence[Sentence], index: int, at: int) -> bool:
    """Whether what stands at an offset of a sentence is what an earlier version of the text said."""
    start = sentences[index].start
    if _EARLIER_VERSION.search(text, start, at):
        return True
    goes_on = _IT_ALSO_SAID.match(text, start, at) is not None
    return goes_on and _EARLIER_VERSION.search(text, sentences[max(0, index - 2)].start, start) is not None


def _is_denied(text: str, value: re.Match[str]) -> bool:
    if _NOT_ALONE_AFTER.match(text, value.end()):
        return False
    return _NOT_BEFORE.search(text, max(0, value.start() - _NOT_LENGTH), value.start()) is not None


def _content(words: str, value: str) -> set[str]:
    """The words that say what something is about, but those of a value and what stands behind numbers."""
    said = words_of(words.replace(value, " 0 "))
    units = {word for number, word in pairwise(said) if number[:1].isdigit()}
    named = (word for word in said if len(word) >= _CONTENT_LETTERS and not word[:1].isdigit())
    return {word.removesuffix("s") for word in named if word not in _FUNCTION_WORDS and word not in units}
