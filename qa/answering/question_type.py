"""Asks: what a question wants, by its words: a fact and of which kind, an explanation, several things, yes or no.

After Li, Roth: Learning Question Classifiers, COLING 2002.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_FACT = re.compile(
    r"\b(?:who|whom|whose|when|where|what|which)\b"
    r"|\bhow\s+(?:many|much|old|long|far|tall|high|deep|big|large|small|often|fast|wide|heavy|late|early)\b",
    re.IGNORECASE,
)
# "how many", "how old", "how far" ask for a measure; "how", "how does", "how to" for an explanation.
_EXPLANATION = re.compile(
    r"\bwhy\b|\bhow\s+(?:is|are|was|were|be|do|does|did|to|can|could|would|should|has|have|had|come)\b"
    r"|\bwhat(?:\s+is|\s+was)?(?:\s+the)?\s+(?:reasons?|purpose)\b|\bwhat\s+(?:should|can|could)\s+i\b"
    r"|\b(?:explain|describe)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|am|do|does|did|can|could|has|have|had|will|would|should|shall|may|might|must"
    r"|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|won't)\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:what|which)\s+(?:are|were)\b|\b(?:list|name|enumerate)\b"
    r"|\b(?:steps|ways|reasons|types|kinds|stages|parts|features|advantages|benefits|options|rules)\b",
    re.IGNORECASE,
)

_UNSAID_TOLD = 8  # words
_REQUEST = re.compile(r"\W*(?:tell|list|name|give|show|find|describe|explain|how)\b", re.IGNORECASE)

_NUMBER = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    "|ninety|hundred|thousand|million|billion|dozen|half|third|quarter|double|twice|once|none|zero|both|several|many"
)
_TRADED = r"(?:go|sell|buy|sold|bought|going|selling|paid)\s+for"
# A kind of question, and how what may answer it looks in a text.
_KINDS = (
    (
        re.compile(r"\bwhere\b", re.IGNORECASE),
        re.compile(
            r"\b(?:in|at|from|near|to|of|outside|inside|around|between|across|through|into|by|via|under|over|within"
            r"|throughout)\s+(?:the\s+|an?\s+)?\w+|[A-Z]\w+, [A-Z]\w+"
        ),
    ),
    (
        re.compile(
            r"\bhow\s+(?:many|much|long|old|far|high|tall|big|large|often|fast|wide|deep|heavy)\b"
            r"|\bwhat\s+(?:percent|percentage|number|amount|fraction|price|cost)\b"
            rf"|\bwhat\s+(?:is|was|are|were|did|does|do|would)\b.*\b(?:price|cost|percentage|worth|{_TRADED})\b",
            re.IGNORECASE,
        ),
        re.compile(rf"\d|\b(?:{_NUMBER})\b", re.IGNORECASE),
    ),
    (re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE), re.compile(r"\b[A-Z]\w+|\b(?:people|members|the\s+\w+)\b")),
)


def answer_pattern(question: str) -> re.Pattern[str] | None:
    """How what may answer looks in a text: a place, a number, somebody; None where nothing tells."""
    return next((says for asks, says in _KINDS if asks.search(question)), None)


def asks_fact(question: str) -> bool:
    """Whether a few words can answer: who, when, where, how many."""
    return bool(_FACT.search(question)) and not asks_explanation(question) and not asks_yes_no(question)


def asks_explanation(question: str) -> bool:
    """Whether it takes a sentence or more: why, how."""
    return bool(_EXPLANATION.search(question))


def asks_yes_no(question: str) -> bool:
    """Whether it begins with its verb."""
    return bool(_YES_OR_NO.match(question))


def asks_list(question: str) -> bool:
    """Whether the answer may be a list."""
    return bool(_LIST.search(question))


def is_question(question: str) -> bool:
    """Whether the words ask at all: "bread price" and "Bread is dear." do not."""
    asks_so = asks_yes_no(question) or asks_explanation(question) or bool(_FACT.search(question))
    return "?" in question or asks_so or bool(_REQUEST.match(question))


def missing_message(words: Sequence[str]) -> str:
    """Which words of a question no text says, for who asked it; nothing where there are none.

    >>> missing_message(["capital", "france"])
    'Not mentioned in any text: capital, france.'
    """
    more = f" and {len(words) - _UNSAID_TOLD} words more" if len(words) > _UNSAID_TOLD else ""
    return f"Not mentioned in any text: {', '.join(words[:_UNSAID_TOLD])}{more}." if words else ""


def no_answer_message(question: str) -> str:
    """What to say where no passage answers; who gave mere words is told what would help."""
    help_ = "" if is_question(question) else " It may answer a whole question."
    return f"The text does not answer this.{help_}"
