"""Whether a text asks something, or is only words to search for."""

from __future__ import annotations

import re

_QUESTION_MARK = re.compile(r"[?？؟]")
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"\W*(?:please\s+)?(?:tell|list|name|give|show|find|define|summari[sz]e|compare|outline|clarify|discuss|identify)\b"
    r"|.*\b(?:explain|describe)\b",
    re.IGNORECASE | re.DOTALL,
)
_AUXILIARY = re.compile(
    r"\W*(?:(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|shall|may|might|must)(?:n['’]t)?"
    r"|am|can['’]t|won['’]t)\b",
    re.IGNORECASE,
)
# "May 2015", "May the 4th", "May of 2015"; "Will" alone
_NOT_AUXILIARY = re.compile(r"\W*(?:may\W+(?:(?:the\s+)?\d|of\b)|(?:may|will|can)\W*\Z)", re.IGNORECASE)
# "Will Smith", but "Will Smith play?" and "Will it snow?"
_NAME = re.compile(
    r"\W*(?:May|Will|Can)\s+(?!(?:I|You|He|She|It|We|They|This|That|These|Those|There|The|An?|My|Your|His|Her|Its|Our"
    r"|Their|Any|Some|All)\b)(?P<rest>[^\W\d_a-z].*)",
    re.DOTALL,
)
_LOWER_CASE_WORD = re.compile(r"\b[a-z]")


def asks_yes_no(text: str) -> bool:
    """Whether a question begins with its verb, so that yes or no answers it.

    "May", "Will" and "Can" also begin dates and names. After them, a number means a date. A capitalised word means a
    name, unless so much in lower case follows that it is likely a sentence: one word before a question mark, or two.

    >>> [asks_yes_no(text) for text in ("Is it made in Solms?", "May 2015", "Will Smith", "Will Smith play?")]
    [True, False, False, True]
    """
    if not _AUXILIARY.match(text) or _NOT_AUXILIARY.match(text):
        return False
    name = _NAME.match(text)
    if name is None or text.isupper():
        return True
    return len(_LOWER_CASE_WORD.findall(name["rest"])) >= (1 if _QUESTION_MARK.search(text) else 2)


def asks_in_words(text: str) -> bool:
    """Whether the words ask for something, and not only a question mark behind them: "wild camping allowed?" does not.

    >>> asks_in_words("who grinds lenses?"), asks_in_words("wild camping allowed?")
    (True, False)
    """
    return bool(_QUESTION_WORD.search(text) or asks_yes_no(text) or _REQUEST.match(text))


def is_question(text: str) -> bool:
    """Whether the text asks for something: by a question mark, a question word, its verb in front, or a request.

    >>> [is_question(text) for text in ("who grinds lenses", "Tell me about bread", "bread price", "Bread is dear.")]
    [True, True, False, False]
    >>> is_question("Summarize the warranty"), is_question("please define bokeh"), is_question("defined terms")
    (True, True, False)
    """
    return _QUESTION_MARK.search(text) is not None or asks_in_words(text)
