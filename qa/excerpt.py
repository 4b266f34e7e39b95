"""Excerpt: the sentence inside a passage that fits a question best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.encoder import Encoder, unit_vectors
from qa.index.lexical import LexicalIndex
from qa.question import Question
from qa.sentence import Break, Sentence, sentences
from qa.thread import Span

_WORDS_WEIGHT = 0.5
_KIND_WEIGHT = 0.2
_ENDS_AS_PROSE = re.compile(r"[.!?…。！？:;][\"'”’)\]»*_]*\Z")
_MOST_WORDS_OF_A_HEADING = 14

_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million"
    "|billion|dozen|half|double|twice"
)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
# What a question asks for, and how a sentence looks that says it.
_KINDS = (
    (re.compile(r"\bwhere\b", re.I), re.compile(r"\b(?:in|at|from|near|to|of|outside|inside)\s+(?:the\s+)?[A-Z]")),
    (
        re.compile(r"\bwhen\b|\b(?:what|which)\s+(?:year|date|day|month|century|decade)\b", re.I),
        re.compile(rf"\b(?:1\d{{3}}|20\d\d|{_MONTH}|century|\d+\s+(?:years|months|days)\s+(?:ago|later|after))\b"),
    ),
    (
        re.compile(
            r"\bhow\s+(?:many|much|long|old|far|high|tall|big|large|often|fast|wide|deep|heavy)\b"
            r"|\bwhat\s+(?:percent|percentage|number|amount|fraction|price|cost)\b",
            re.I,
        ),
        re.compile(rf"\d|\b(?:{_NUMBER_WORD})\b", re.I),
    ),
    (re.compile(r"\bwho(?:m|se)?\b", re.I), re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")),
)


def best_sentences(question: Question, texts: Sequence[str], encoder: Encoder, lexical: LexicalIndex) -> list[Span]:
    """The span of the best sentence in each text.

    By the cosine of question and sentence, the share of the question's words that the sentence says, and whether it
    holds the kind of thing that is asked for: a place, a date, a number, a name (after Li, Roth: Learning Question
    Classifiers, COLING 2002). A heading names what the text under it says, so it is taken only where nothing else is.
    """
    found = [(number, sentence) for number, text in enumerate(texts) for sentence in _candidates(text)]
    said = [texts[number][sentence.start : sentence.end] for number, sentence in found]
    cosines = unit_vectors(encoder, said) @ question.vector
    words = lexical.coverage(question, said)
    kinds = [_is_of_the_kind(question.text, sentence) for sentence in said]
    best: dict[int, tuple[float, Span]] = {}
    for (number, sentence), cosine, share, kind in zip(found, cosines.tolist(), words.tolist(), kinds, strict=True):
        score = cosine + _WORDS_WEIGHT * share + _KIND_WEIGHT * kind
        if number not in best or score > best[number][0]:
            best[number] = (score, (sentence.start, sentence.end))
    return [best[number][1] for number in range(len(texts))]


def _is_of_the_kind(question: str, sentence: str) -> bool:
    return any(asks.search(question) and says.search(sentence) for asks, says in _KINDS)


def _candidates(text: str) -> list[Sentence]:
    found = sentences(text)
    following = [s.after for s in found[1:]] + [Break.PARAGRAPH]
    prose = [
        s for s, after in zip(found, following, strict=True) if not _is_heading(text[s.start : s.end], s.after, after)
    ]
    return prose or found


def _is_heading(sentence: str, before: Break, after: Break) -> bool:
    alone = before is Break.PARAGRAPH and after is Break.PARAGRAPH
    return alone and not _ENDS_AS_PROSE.search(sentence) and len(sentence.split()) <= _MOST_WORDS_OF_A_HEADING
