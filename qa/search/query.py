"""A question: as it was typed, parsed into words to search for and filters, and encoded as a vector.

The search syntax:

    "exact phrase"                  these words in this order, whatever their case, accents, quotes, dashes and spaces
    -word  -"two words"             excludes passages that contain it
    in:article  in:comments         one kind of post
    author:NAME  source:NAME        a whole name, or else names that contain these words; author:"Jane Doe"
    source:FOLDER/                  texts that were read from a folder of that name, or from below it
    before:DATE  after:DATE         a day, month or year: before:2012-03-04, after:2012 (from 2013 on)

A filter given twice accepts either value; two dates apply both. No other word before a colon has a meaning. In what
asks something, a phrase only helps to rank and a minus is part of the question ("What does the option -v print?").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qa.encoding import minilm_files
from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.errors import QuestionError
from qa.search.filters import DATE_HELP, FilterArguments, Filters, has_word, is_date
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Kind
from qa.text.language import is_foreign_script
from qa.text.normalize import without_invisible
from qa.text.question_words import is_question, with_apostrophes, without_denial

MAX_CHARACTERS = 20_000
"""The longest question: about 4,000 words, which are 18 windows of the encoder."""
_KINDS: dict[str, Kind] = {"article": "article", "articles": "article", "comment": "comment", "comments": "comment"}
_QUOTATION_MARKS = '"“”„«»'
_QUOTED = "|".join(['"[^"]+"', "[“”„][^“”]+[“”]", "«[^»]+»"])
_MINUS = "[-\u2010\u2011\u2013\u2212]"  # hyphens, en dash and minus, into which programs turn what was typed
_SYNTAX = re.compile(
    rf"""(?<![^\s(])(?:
        (?P<sign>{_MINUS}?)(?P<name>in|author|before|after|source):(?P<value>(?:{_QUOTED})(?!\w)|[^\s]+)
      | {_MINUS}(?P<without>(?:{_QUOTED})(?!\w)|[^\W\d_]\S*)
      | (?P<phrase>{_QUOTED})(?!\w)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING_PUNCTUATION = ".,;:!?)]…"
_LITERAL_HINT = "; put it in quotation marks to search for it as it stands"


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    Attributes:
        raw: The question as it was typed.
        text: The words to search for; empty if there are only filters. A question gets the apostrophes that it lacks,
            and one for yes or no is put in the positive.
        phrases: Quoted phrases in a natural question, which help to rank. In a query that does not ask anything, quoted
            phrases are filters.
        filters: The conditions that passages must meet.
    """

    raw: str
    text: str
    phrases: tuple[str, ...] = ()
    filters: Filters = field(default=Filters())

    @classmethod
    def of(cls, text: str, arguments: FilterArguments, *, search_syntax: bool) -> Query:
        """A question, with search syntax or without. It takes and raises what `literal` and `parse` do."""
        return (cls.parse if search_syntax else cls.literal)(text, arguments)

    @classmethod
    def literal(cls, text: str, arguments: FilterArguments) -> Query:
        """A question without search syntax: every character is taken literally.

        Args:
            text: The question.
            arguments: Filters that were given as keyword arguments.

        Raises:
            QuestionError: If the question is empty, too long or not text.
            SettingError: If a keyword argument's value is not understood.
        """
        raw = check_question(text)
        words = without_invisible(raw)
        return cls(raw, _as_meant(words) if is_question(words) else words, (), Filters.of(arguments))

    @classmethod
    def parse(cls, text: str, arguments: FilterArguments) -> Query:
        """A question in the search syntax.

        Args:
            text: The question.
            arguments: Filters that were given as keyword arguments, in addition to those in the question.

        Raises:
            QuestionError: If the question is empty, too long or not text, or if a filter in it is not understood.
            SettingError: If a keyword argument's value is not understood.
        """
        raw = check_question(text)
        typed = without_invisible(raw)
        unquoted_words = " ".join(_SYNTAX.sub(" ", typed).split())
        asks = has_word(unquoted_words) and is_question(unquoted_words)
        values: dict[str, list[Any]] = defaultdict(list)
        phrases: list[str] = []
        for match in _SYNTAX.finditer(typed):
            if match["name"]:
                name = match["name"].lower()
                values["kind" if name == "in" else name].append(_filter_value(match))
            elif match["without"]:
                if not asks:
                    values["exclude"].append(_unquoted(match["without"]))
            elif has_word(phrase := _unquoted(match["phrase"])):
                (phrases if asks else values["phrase"]).append(phrase)
        filters = Filters(**{name: tuple(several) for name, several in values.items()})
        words = " ".join(_SYNTAX.sub(_words_of_question if asks else _words_of_search, typed).split())
        if asks and not phrases:  # which may be about the words themselves
            words = _as_meant(words)
        return cls(
            raw,
            words if has_word(words) else "",
            tuple(phrases),
            filters + Filters.of(arguments),
        )

    def encode(self, encoder: Encoder) -> EncodedQuery:
        """Encode the words to search for, which were checked when the query was made.

        Args:
            encoder: The library's encoder.

        Raises:
            ModelError: If the encoder fails.
        """
        return EncodedQuery(self.text, embed_question(self.text, encoder), self.phrases)


def _filter_value(match: re.Match[str]) -> str:
    name, value = match["name"].lower(), _unquoted(match["value"])
    if match["sign"]:
        problem = ": a minus excludes words, not a filter"
    elif name == "in" and value.lower() not in _KINDS:
        problem = ": write in:article or in:comments"
    elif name in ("before", "after") and not is_date(value):
        problem = f": {DATE_HELP}"
    elif not has_word(value):
        problem = ": it names nothing"
    else:
        return _KINDS[value.lower()] if name == "in" else value
    raise QuestionError(f"{match[0]!r} is not understood{problem}{_LITERAL_HINT}")


def _unquoted(text: str) -> str:
    """A quoted phrase without its quotation marks, or a word without closing punctuation."""
    return text.rstrip(_CLOSING_PUNCTUATION).strip(_QUOTATION_MARKS)


def _words_of_search(match: re.Match[str]) -> str:
    """A quoted phrase without its quotation marks; only a space in place of a filter."""
    return f" {_unquoted(match['phrase'])} " if match["phrase"] else " "


def _words_of_question(match: re.Match[str]) -> str:
    """The same, but what has a minus is part of the question."""
    return match[0] if match["without"] else _words_of_search(match)


def _as_meant(question: str) -> str:
    return without_denial(with_apostrophes(question))


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A question ready to be searched for.

    Attributes:
        text: The question without surrounding white space.
        vector: Its unit vector, shape (dimension,); zero if the model cannot read its script.
        phrases: The parts of it that were in quotation marks.
    """

    text: str
    vector: Vectors
    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, encoder: Encoder, phrases: tuple[str, ...] = ()) -> EncodedQuery:
        """Encode a question.

        Args:
            text: The question; no search syntax is taken out.
            encoder: The library's encoder.
            phrases: The parts of it that were in quotation marks.

        Raises:
            QuestionError: If it is empty, too long or not text.
            ModelError: If the encoder fails.
        """
        checked = check_question(text)
        return cls(checked, embed_question(checked, encoder), phrases)

    def likeness(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """Each text's cosine with the question.

        Args:
            texts: The texts.
            encoder: The encoder that made the question's vector.

        Returns:
            The cosines, shape (len(texts),).

        Raises:
            ModelError: If the encoder fails.
        """
        return unit_vectors(encoder, texts) @ self.vector


def check_question(text: str) -> str:
    """Check a question.

    Args:
        text: What was given as a question.

    Returns:
        The question without surrounding white space and lone surrogates, which no text contains.

    Raises:
        QuestionError: If it is not a string, has no word or is too long.
    """
    if not isinstance(text, str):
        raise QuestionError(f"a question is a string, not {type(text).__name__}")
    text = replace_surrogates(text, "").strip().strip("\x00").strip()
    if not has_word(text):
        raise QuestionError(f"the question {text[:40]!r} has no word in it; ask in words")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text):,} characters, the most is {MAX_CHARACTERS:,}; "
            f"ask a shorter one (it begins {text[:40]!r})"
        )
    return text


def embed_question(text: str, encoder: Encoder) -> Vectors:
    """Encode the words of a question.

    To the default model a question in another script is a row of unknown signs, and near to every other such row: its
    vector is zero, so that only its words count.

    Args:
        text: The words; if they are too many for the encoder, they are encoded in parts.
        encoder: The library's encoder.

    Returns:
        The unit vector, shape (dimension,): of several parts, their mean direction.

    Raises:
        ModelError: If the encoder fails.
    """
    if encoder.name == minilm_files.NAME and is_foreign_script(text):
        return np.zeros(encoder.dimension, dtype=np.float32)
    words = text.split()
    parts = max(1, -(-encoder.lengths([text])[0] // encoder.max_tokens))
    size = -(-len(words) // parts)
    pieces = [text] if parts == 1 else [" ".join(words[i : i + size]) for i in range(0, len(words), size)]
    vectors = unit_vectors(encoder, pieces)
    mean: Vectors = vectors.mean(axis=0)
    length = float((mean @ mean) ** 0.5)
    return mean / length if length else vectors[0]
