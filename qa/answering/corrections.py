"""Corrections: where a text takes a value back ("8pm, sorry, 9pm"), what it says instead takes its place.

A reader points at the old value as readily as at the new one: both stand beside the words of the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from qa.answering.candidate import ReadCandidate
from qa.answering.question_type import LENGTH, MONTH, NUMBER, UNIT, asks_fact
from qa.answering.reader import HOPELESS, ScoredSpan
from qa.text.sentences import Sentence
from qa.types import Span

# What values look like, the kinds that others might be taken for first.
_UNITS = rf"(?:{UNIT}|{LENGTH}|k?g|lbs?|pounds|litres?|liters?|degrees|thousand|million|billion)"
_MONEY = re.compile(
    r"[£$€]\s*\d[\d.,]*\d|[£$€]\s*\d|\b\d[\d.,]*\s*(?:pounds?|euros?|dollars?|cents?|pence|bucks|quid|[£$€])",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b\d{1,2}(?:[.:]\d\d)?\s*(?:[ap]m\b|[ap]\.m\.?|o['’]clock|h\b)|\b\d{1,2}:\d\d\b"
    rf"|\b\d{{1,2}}\.[0-5]\d\b(?![\s-]*(?:%|{_UNITS}\b))|\b(?:noon|midnight|midday)\b",
    re.IGNORECASE,
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_DATE = re.compile(
    rf"(?:\b{_WEEKDAY},?\s+)?\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTH})|(?:{MONTH})\s+\d{{1,2}})\b"
    rf"(?:,?\s+\d{{4}})?|\b{_WEEKDAY}\b",
    re.IGNORECASE,
)
_VAGUE = "half|third|quarter|double|twice|once|none|both|several|many"
_NUMBER = re.compile(
    rf"\b(?:\d(?:[\d.,]*\d)?|(?!(?:{_VAGUE})\b)(?:{NUMBER}))(?:\s*(?:%|°[CF]?|(?:thousand|million|billion)\b))?"
    rf"(?:[\s-]*(?P<unit>{_UNITS})\b)?",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?!(?:It|She|He|They|We|You|I|The|This|That|These|There|A|An|In|On|At|But|And|So|Not|No|Now|Sorry|Actually|Edit"
    r"|Update|Correction)\b)[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*"
)
_NEXT_WORD = re.compile(r"[\s-]+([^\W\d_]+)")
_Place = tuple[int, int, int]  # the index of a sentence, and where to look in it
_SHAPES = (_MONEY, _TIME, _DATE, _NUMBER, _NAME)

# "not 8pm", "instead of 9pm", "it isn't £900"
_DENYING = r"(?:\bnot|n['’]t|\brather\s+than|\binstead\s+of)\s+(?:(?:at|on|in|for|the|an?)\s+){0,2}"
_DENIED_BEFORE = re.compile(rf"{_DENYING}\Z", re.IGNORECASE)
_DIGITS = re.compile(r"\d(?:[\d.,:]*\d)?")
_DENIED_NUMBER = re.compile(rf"{_DENYING}[£$€]?\s?(?P<number>{_DIGITS.pattern})", re.IGNORECASE)
_DENYING_LENGTH = 40  # characters, at most
_SORRY_AFTER = re.compile(
    r"[\s,;(.…–—-]*(?:sorry|i\s+meant?|make\s+that|scratch\s+that|or\s+rather|no,?\s+wait|correction)\b[\s,:–—-]*"
    r"(?:(?:it['’]s|at|on|in|the|for)\s+){0,2}",
    re.IGNORECASE,
)
_NO_LONGER_AFTER = re.compile(r"\s+(?:is|are|was|were)\s+no\s+longer\b", re.IGNORECASE)
_EARLIER_VERSION = re.compile(
    r"\b(?:earlier|previous|original|first|printed)\s+(?:version|edition|report|post|draft|e-?mail|notice|announcement)\b",
    re.IGNORECASE,
)
_IT_ALSO_SAID = re.compile(r"\W*it\s+(?:also\s+)?(?:gave|said|stated|had|named|listed|put|called)\b", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:wrote|said|says|typed|put|posted|thought|believed|claimed|assumed|wrongly|mistakenly|incorrectly)\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:(?:was|were)\s+(?:\w+\s+)?(?:going|supposed|meant|due|scheduled|planned|set)\s+(?:to|for|on|at)"
    r"|originally|initially|used\s+to)\b",
    re.IGNORECASE,
)
# What the words turn to what is right with.
_TURN = re.compile(
    r"[;:]|\.\s|\bbut\b|\bactually\b|(?<!\bthat\s)\bit(?:\s+is|['’]s)\b|\binstead\b|\bnow\b|\bin\s+fact\b|\bsorry\b|\bhowever\b",
    re.IGNORECASE,
)
_CONTRADICTION = re.compile(r"\b(?:but|actually|in\s+fact|sorry|however|wrong)\b", re.IGNORECASE)
_CHANGED = re.compile(r"\b(?:now|instead|postponed|moved|changed|since|put\s+off|brought\s+forward)\b", re.IGNORECASE)
# Who says so may be wrong, if the next sentence begins to say otherwise.
_DOUBTED = re.compile(
    r"\brumou?r\s+has\s+it\b|\b(?:everyone|everybody|people|they|some|others)\s+(?:says?|said|thinks?|thought)\b"
    r"|\b(?:i|we)\s+(?:wrote|said|typed|put|posted|thought|believed|claimed|assumed)\b|\boriginally\s+said\b|\bclaims?\b"
    r"|\bplan\s+(?:said|was)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(r"\W*(?:it|he|she|they|in\s+fact|actually|but|i|we|no|not|that)\b", re.IGNORECASE)
_RETRACTION = re.compile(
    r"\W*(?:sorry\s*[,:–—-]|ignore\s+that|scratch\s+that|that['’]?s\s+(?:wrong|not\s+(?:true|right))|my\s+mistake|correction"
    r"|i\s+got\s+(?:that|it|the\s+\w+)\s+wrong|(?:not\s+true|wrong)\W)",
    re.IGNORECASE,
)
_MARKER = re.compile(r"\W*(?:edit(?:ed)?|update[ds]?|correction|corrected|erratum)\b[^:\n]{0,20}:", re.IGNORECASE)
# Words of an edit that change something: not in "EDIT: children pay £2".
_EDITS = re.compile(
    r"\bcorrect|\b(?:not|now|instead|actually|sorry|wrong|changed?|moved|should|(?:that|it)(?:['’]s|\s+\w+s))\b",
    re.IGNORECASE,
)
_AFTERWARDS = 3  # sentences in which a plan may be said to have changed
# Behind a number, these are no unit of it.
_NO_UNIT = frozenset(
    "according after and as at because but by for from if in now on or since so today when while".split()
)
_ASKS_WHAT_WAS = re.compile(
    r"\b(?:not|no\s+longer|originally|initially|used\s+to|supposed|planned|earlier|before|previous(?:ly)?|wrong(?:ly)?"
    r"|mistake|correct(?:ed|ion)|change[ds]?|edit(?:ed)?|update[ds]?)\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Correction:
    """What is right instead of a value that is taken back: the index of its sentence and its span; None if not said."""

    index: int
    span: Span | None


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
        question: The question. Only what a few words answer is corrected, unless it asks what was so before.
        read: The passages.
    """
    if not asks_fact(question) or _ASKS_WHAT_WAS.search(question):
        return [*map(Corrected, read)]
    drafts = [*map(_Draft.of, read)]
    for draft in drafts:
        for index, span in enumerate(draft.candidate.spans):
            if span.margin > HOPELESS:
                draft.correct(index, span, drafts)
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

    def correct(self, index: int, span: ScoredSpan, drafts: Sequence[_Draft]) -> None:
        """Put what is right in the place of the span of a sentence, if that is taken back."""
        text, evidence = self.candidate.candidate.text, self.candidate.sentence_evidence[index]
        place = span.start, span.end
        if correction := _correction(text, self.candidate.sentences, index, place):
            if correction.span is None or correction.index != index:
                self.taken_back.add(index)
            self._take_over(correction, span, evidence)
            return
        for other in drafts:
            if self._is_before(other) and (correction := other.denial_of(text[slice(*place)])):
                self.taken_back.add(index)
                other._take_over(correction, span, evidence)

    def _take_over(self, correction: _Correction, span: ScoredSpan, evidence: float) -> None:
        index = correction.index
        if correction.span is not None and self.spans[index].margin <= span.margin:
            start, end = correction.span
            self.spans[index] = replace(span, start=start, end=end)
            self.evidence[index] = max(self.evidence[index], evidence)

    def _is_before(self, other: _Draft) -> bool:
        """Whether the other passage is from a later post of the same author."""
        place, later = self.candidate.candidate.place, other.candidate.candidate.place
        is_by_same = place.author is not None and (place.source, place.author) == (later.source, later.author)
        return is_by_same and place.post < later.post

    def denial_of(self, value: str) -> _Correction | None:
        """What the passage says instead of a value that it denies."""
        text = self.candidate.candidate.text
        return _first_value(text, _shape_of(value), value, _denials(text, self.candidate.sentences, value))

    def corrected(self) -> Corrected:
        changed = replace(self.candidate, spans=self.spans, sentence_evidence=self.evidence)
        return Corrected(changed, frozenset(self.taken_back))


def _correction(text: str, sentences: Sequence[Sentence], index: int, span: Span) -> _Correction | None:
    """What is right instead of a span of a sentence; None if the text does not take it back."""
    sentence, value = sentences[index], text[slice(*span)]
    shape = _shape_of(value)
    before, after = text[sentence.start : span[0]], text[span[1] : sentence.end]
    rest, following = (index, span[1], sentence.end), _places(sentences)[index + 1 :]

    def first(places: Sequence[_Place]) -> _Correction | None:
        return _first_value(text, shape, value, places)

    if _DENIED_BEFORE.search(before):
        return first([(index, sentence.start, span[0]), rest, *following[:1]]) or _Correction(index, None)
    if (sorry := _SORRY_AFTER.match(after)) and shape and shape.match(after, sorry.end()):
        return first([(index, span[1] + sorry.end(), sentence.end)])
    if _NO_LONGER_AFTER.match(after):
        return first(following[:1]) or _Correction(index, None)
    if _is_of_earlier_version(text, sentences, index, before):
        return first([rest, *following[:1]]) or _Correction(index, None)
    if shape is _NAME:  # another name is seldom another value of the same thing
        return None
    # In the rest of the sentence, the next ones, and edits below, only another value shows that it is taken back.
    places: list[_Place] = []
    if (turn := _CONTRADICTION.search(after)) and _holds_until_the_end(_SAID, before):
        places.append((index, span[1] + turn.end(), sentence.end))
    if _holds_until_the_end(_PLANNED, before):
        places += [place for place in [rest, *following[:_AFTERWARDS]] if _CHANGED.search(text, *place[1:])]
    for _, start, end in following[:1]:
        is_doubted = _holds_until_the_end(_DOUBTED, before) and _OTHERWISE.match(text, start, end)
        if is_doubted or _RETRACTION.match(text, start, end):
            places.append(following[0])
    places += [place for place in _denials(text, sentences, value) if place[0] > index]
    places += [place for place in following if _MARKER.match(text, *place[1:]) and _EDITS.search(text, *place[1:])]
    return first(places)


def _holds_until_the_end(pattern: re.Pattern[str], before: str) -> bool:
    """Whether words before a value match a pattern, and nothing turns to what is right between them and the value."""
    said = pattern.search(before)
    return said is not None and not _TURN.search(before, said.end())


def _is_of_earlier_version(text: str, sentences: Sequence[Sentence], index: int, before: str) -> bool:
    """Whether what follows `before` in a sentence is what an earlier version of the text said."""
    if index and _IT_ALSO_SAID.match(before):
        previous = sentences[max(0, index - 2)].start
        return _EARLIER_VERSION.search(text, previous, sentences[index].start) is not None
    return _holds_until_the_end(_EARLIER_VERSION, before)


def _denials(text: str, sentences: Sequence[Sentence], value: str) -> list[_Place]:
    """The sentences that deny a value with a number in it: "9pm, not 8pm"."""
    number = _DIGITS.search(value)
    if number is None:
        return []
    denied = {match.start() for match in _DENIED_NUMBER.finditer(text) if match["number"] == number[0]}
    return [(index, start, end) for index, start, end in _places(sentences) if any(start <= at < end for at in denied)]


def _shape_of(value: str) -> re.Pattern[str] | None:
    """What values like this one look like: a time, a price, a date, a number or a name."""
    return next((shape for shape in _SHAPES if shape.search(value)), None)


def _places(sentences: Sequence[Sentence]) -> list[_Place]:
    return [(index, sentence.start, sentence.end) for index, sentence in enumerate(sentences)]


def _first_value(text: str, shape: re.Pattern[str] | None, value: str, places: Sequence[_Place]) -> _Correction | None:
    """The first other value of a shape in these places; None if there is none, or no shape."""
    old = shape.search(value) if shape else None
    if shape is None or old is None:
        return None
    unit = _unit(old) if shape is _NUMBER else ""
    for index, start, end in places:
        for match in shape.finditer(text, start, end):
            is_denied = _DENIED_BEFORE.search(text, max(start, match.start() - _DENYING_LENGTH), match.start())
            has_unit = not unit or _unit(match) in ("", unit)
            if match[0] not in value and not is_denied and has_unit:
                prefix, at = value[: old.start()], match.start()
                is_whole = prefix and text[max(start, at - len(prefix)) : at].casefold() == prefix.casefold()
                return _Correction(index, (at - len(prefix) if is_whole else at, match.end()))
    return None


def _unit(number: re.Match[str]) -> str:
    """The unit of a number, or the word that it stands before, without the s of a plural; "" for none."""
    following = _NEXT_WORD.match(number.string, number.end())
    unit = (number["unit"] or (following[1] if following else "")).casefold().removesuffix("s")
    return "" if unit in _NO_UNIT else unit
