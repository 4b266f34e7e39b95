"""Query: what a reader typed, taken apart into what to look for and which passages to look in.

    "exact phrase"                  the words as they stand, but for case, accents, quotes and white space
    -word  -"two words"             leaves out passages that say it
    in:article  in:comments         one kind of post
    author:NAME  source:NAME        a whole name, else the names that hold these words; author:"Jane Doe"
    before:DATE  after:DATE         a day, month or year: before:2012-03-04, after:2012 (from 2013 on)

A filter given twice takes either; two dates hold both. No other word before a colon means anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal, TypedDict

from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.errors import QuestionError, SettingError, VerbatimError
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Kind
from qa.text.question_words import is_question

_KINDS: dict[str, Kind] = {"article": "article", "articles": "article", "comment": "comment", "comments": "comment"}
_MARKS = '"“”„«»'
_QUOTED = "|".join(['"[^"]+"', "[“”„][^“”]+[“”]", "«[^»]+»"])
_PART = re.compile(
    rf"""(?<![^\s(])(?:
        (?P<sign>-?)(?P<name>in|author|before|after|source):(?P<value>(?:{_QUOTED})(?!\w)|[^\s]+)
      | -(?P<without>(?:{_QUOTED})(?!\w)|[^\W\d_]\S*)
      | (?P<phrase>{_QUOTED})(?!\w)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = ".,;:!?)]…"
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


class FilterArguments(TypedDict, total=False):
    """The filters as keyword arguments; a name, phrase or excluded word may be one string or several."""

    kind: Literal["article", "comment"] | None
    author: str | Iterable[str] | None
    source: str | Iterable[str] | None
    before: str | date | None
    after: str | date | None
    phrase: str | Iterable[str]
    exclude: str | Iterable[str]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage has to be. Any of the kinds, authors and sources; all of the dates, phrases and exclusions."""

    kind: tuple[Kind, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, only: FilterArguments) -> Filters:
        """Raises SettingError where a value is not understood, TypeError at a name that is no filter."""
        given = cls(**{name: _several(value) for name, value in only.items()})
        for f in fields(cls):
            for value in getattr(given, f.name):
                if not isinstance(value, str) or not _has_word(value):
                    raise SettingError(f"{f.name}={value!r} is not understood; it is a word or several words")
        if odd := [kind for kind in given.kind if kind not in ("article", "comment")]:
            raise SettingError(f"kind={odd[0]!r} is not understood; it is 'article' or 'comment'")
        for name in ("before", "after"):
            for value in getattr(given, name):
                _day(value, SettingError, f"{name}={value!r}")
        return given

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))

    def __add__(self, other: Filters) -> Filters:
        return Filters(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Query:
    """`asked` is what was typed; `text` the words to look for, empty where filters alone were given.

    `phrases` stand inside a natural question and help to rank; those of a query that asks nothing are filters.
    """

    asked: str
    text: str
    phrases: tuple[str, ...] = ()
    filters: Filters = field(default=Filters())

    @classmethod
    def literal(cls, text: str, only: FilterArguments) -> Query:
        """A question of which every sign is meant as it stands. Raises QuestionError or SettingError."""
        asked = check_question(text)
        return cls(asked, asked, (), Filters.of(only))

    @classmethod
    def parse(cls, text: str, only: FilterArguments) -> Query:
        """Raises QuestionError where the question is none or a filter's value is not understood, or SettingError."""
        asked = check_question(text)
        found: dict[str, list[Any]] = {f.name: [] for f in fields(Filters)}
        for part in _PART.finditer(asked):
            if part["name"]:
                name = part["name"].lower()
                found["kind" if name == "in" else name].append(_value(part))
            else:
                found["exclude" if part["without"] else "phrase"].append(_bare(part["without"] or part["phrase"]))
        words = " ".join(_PART.sub(_kept, asked).split()) if _PART.search(asked) else asked
        beside = " ".join(_PART.sub(" ", asked).split())
        phrases = [phrase for phrase in found.pop("phrase") if _has_word(phrase)]
        asks = _has_word(beside) and is_question(beside)
        filters = Filters(**{name: tuple(values) for name, values in found.items()})
        if phrases and not asks:
            filters += Filters(phrase=tuple(phrases))
        return cls(
            asked,
            words if _has_word(words) else "",
            tuple(phrases) if asks else (),
            filters + Filters.of(only),
        )

    def encode(self, encoder: Encoder) -> EncodedQuery:
        """Encode the words to look for, which were checked when the query was made."""
        return EncodedQuery(self.text, embed_question(self.text, encoder), self.phrases)


def _value(part: re.Match[str]) -> str:
    name, value = part["name"].lower(), _bare(part["value"])
    if part["sign"]:
        raise QuestionError(
            f"{part[0]!r} is not understood: a minus leaves out words, not a filter; "
            f"put it in quotation marks to ask for it as it stands"
        )
    if name == "in":
        if value.lower() not in _KINDS:
            raise QuestionError(f"{part[0]!r} is not understood: write in:article or in:comments{_WAY_OUT}")
        return _KINDS[value.lower()]
    if name in ("before", "after"):
        _day(value, QuestionError, repr(part[0]))
    elif not _has_word(value):
        raise QuestionError(f"{part[0]!r} is not understood: it names nobody and nothing{_WAY_OUT}")
    return value


_WAY_OUT = "; put it in quotation marks to ask for it as it stands"


def _day(value: str, error: type[VerbatimError], told: str) -> None:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError(value)
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        way_out = _WAY_OUT if error is QuestionError else ""
        raise error(
            f"{told} is not understood: a date is a day, month or year, as 2012-03-04, 2012-03 or 2012{way_out}"
        ) from None


def _bare(text: str) -> str:
    """A word without the signs that end a sentence, a quoted one without its quotation marks."""
    return text.strip(_MARKS) if text[0] in _MARKS and text[-1] in _MARKS else text.rstrip(_CLOSING).strip(_MARKS)


def _kept(part: re.Match[str]) -> str:
    return f" {_bare(part['phrase'])} " if part["phrase"] else " "


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _several(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, date):
        return (value.isoformat()[:10],)
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)


MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """`text` is the question as asked, less white space around it; `vector` its unit vector, shape (dimension,).

    `phrases` are the words in it that belong together.
    """

    text: str
    vector: Vectors
    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, encoder: Encoder, phrases: tuple[str, ...] = ()) -> EncodedQuery:
        """Raises QuestionError where the question is empty, too long or not text that can be encoded."""
        asked = check_question(text)
        return cls(asked, embed_question(asked, encoder), phrases)

    def likeness(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """How like the question each text is: their cosines, shape (len(texts),)."""
        return unit_vectors(encoder, texts) @ self.vector


def check_question(text: str) -> str:
    """The question's text without white space around it.

    Raises QuestionError where nothing is left, where it is too long and where it holds half a character.
    """
    if not isinstance(text, str):
        raise QuestionError(f"a question is a string, not {type(text).__name__}")
    # Half a character (a lone surrogate) cannot be looked up anywhere; the rest of the question can.
    text = replace_surrogates(text, "").strip().strip("\x00").strip()
    if not any(char.isalnum() for char in text):
        raise QuestionError(f"the question {text[:40]!r} has no word in it; ask in words")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text):,} characters, the most is {MOST_CHARACTERS:,}; "
            f"ask more shortly (it begins {text[:40]!r})"
        )
    return text


def embed_question(text: str, encoder: Encoder) -> Vectors:
    """The question's unit vector; of a question longer than the encoder's window, the mean of its parts'."""
    words = text.split()
    parts = max(1, -(-encoder.lengths([text])[0] // encoder.max_tokens))
    size = -(-len(words) // parts)
    pieces = [text] if parts == 1 else [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
    vectors = unit_vectors(encoder, pieces)
    mean: Vectors = vectors.mean(axis=0)
    length = float((mean @ mean) ** 0.5)
    return mean / length if length else vectors[0]
