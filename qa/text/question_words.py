"""Whether a text asks something, or is only words to search for."""

from __future__ import annotations

import re

_QUESTION_MARK = re.compile(r"[?？؟]")
# How a sentence that asks ends, marks of emphasis and quotation behind it.
_ASKING_END = r"[?？؟][!?！？….]{0,9}[\"'”’)\]»*_]*"
ASKING_BEGINS = (
    r"(?i:\A\W{0,9}|[,;.:!?–—-]\W{0,9}|\b(?:and|or|but|so|then|now|to|for|from|with|by|of|about|know|tell|me|us|ask|explain"
    r"|find\s+out|remember|show|reveal|mention|curious|known|decided?|wonder\w*|sure|idea)\s\W{0,9})"
)
"""The pattern of what stands before a question word that asks; behind a noun it asks nothing: "the man who fell"."""
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"\W*(?:please\s+)?(?:tell|list(?!\s+price\b)|name|give|show|find|define|summari[sz]e|compare|outline|clarify|discuss|identify)\b"
    r"|.*\b(?:explain|describe)\b",
    re.IGNORECASE | re.DOTALL,
)
_SUBJECT = (
    r"(?:i|you|he|she|it|we|they|this|that|these|those|there|the|an?|my|your|his|her|its|our|their|any\w*|some|all)\b"
)
VERBS = "is|are|was|were|do|does|did|can|could|has|have|had|will|would|shall|should|may|might|must"
"""The verbs that a question may begin with, as alternatives of a pattern; "am" is one before "I" alone."""
NEGATED_VERBS = frozenset(
    "aren couldn didn doesn hadn hasn isn shouldn wasn weren wouldn couldnt didnt doesnt hadnt hasnt havent isnt "
    "shouldnt wasnt werent wouldnt".split()
)
"""Verbs before the "t" of "not", and with it where the apostrophe is missing; not those that are also another word or a
name ("don", "haven", "won", "cant", "wont", "arent")."""
_NO_OTHER_WORD = "is|was|were|does|did|could|has|have|had|would|should|must"  # with "nt" behind them
_ASKING = "who|what|when|where|why|how"
# After these an apostrophe is missing: "whats the price" and "tell me whos the author", not "the hows and whys" or
# "whats app"; "when it doesnt start", "why cant I", not "what cant means", "his wont" or the name "Dont".
_SHORT_FORM = re.compile(
    rf"(?:\A\W*|[,;:.!?…]\s+)(?:{_ASKING})(?=s\s+(?!(?:and|or|of|app)\b)\w)"
    rf"|\b(?:and|or|but|so|then|know|me|wonder)\s+(?:{_ASKING})(?=s\s+{_SUBJECT})"
    rf"|(?<=\w\s)(?:{_NO_OTHER_WORD})n(?=t\b)"
    r"|\b(?:who|when|where|why|how|if|i|you|he|she|we|they)\s+(?-i:do|are|ca|wo)n(?=t\b)|\bit\s+won(?=t\b)"
    rf"|\b(?:what|which)\s+(?:(?-i:do|are)n(?=t\b)|can(?=t\s+{_SUBJECT}))",
    re.IGNORECASE,
)
# "isn't it loud", "wont the lid close", "Doesn't Leica pay", "isn't leica dear?"; not "can't log in" or "Don't Starve",
# which ask nothing, or "doesn't start?".
_DENIED_VERB = re.compile(
    rf"(?P<before>\A\W*|[,;:.!?…]\s+)(?P<verb>(?:{_NO_OTHER_WORD}|are(?=n['’]))"
    r"(?=n['’]?t\s+(?:(?-i:[A-Z])|\S+\s[^?]*\?\W*\Z))"
    rf"|(?:{_NO_OTHER_WORD}|do|are|ca|wo)(?=n['’]?t\s+{_SUBJECT}))n['’]?t",
    re.IGNORECASE,
)
_WHOLE = {"ca": "can", "wo": "will"}
# "dont", "arent", "cant" and "wont" are also words or names, unless who does it follows.
_AUXILIARY = re.compile(
    rf"\W*(?:(?:{VERBS})(?:n['’]t)?"
    rf"|am|can['’]t|won['’]t|(?:{_NO_OTHER_WORD})nt|(?:do|are|ca|wo)nt(?=\s+{_SUBJECT}))\b",
    re.IGNORECASE,
)
# "May 2015", "May the 4th", "May of 2015"; "Will" alone
_NOT_AUXILIARY = re.compile(r"\W*(?:may\W+(?:(?:the\s+)?\d|of\b)|(?:may|will|can)\W*\Z)", re.IGNORECASE)
# "Will Smith", but "Will Smith play?" and "Will it snow?"
_NAME = re.compile(
    rf"\W*(?:May|Will|Can)\s+(?!(?i:{_SUBJECT}))(?P<rest>[^\W\d_a-z].*)",
    re.DOTALL,
)
# "Can you tell me what it costs", "does anyone know when it opens": yes would be no answer.
_POLITE = re.compile(
    r"\W*(?:(?:can|could|would|will)\s+(?:you|some(?:one|body)|any(?:one|body))\s+(?:please\s+)?(?:tell|say|show)(?:\s+(?:me|us))?"
    r"|(?:do|does)\s+(?:you|some(?:one|body)|any(?:one|body))\s+(?:know|remember))"
    r"\s+(?:who|whose|what|when|where|which|why|how)\b",
    re.IGNORECASE,
)
_LOWER_CASE_WORD = re.compile(r"\b[a-z]")


# Sentences that ask without a question mark: "Can I use yogurt instead", "Has anyone tried it". No titles ("Can You
# Feel It"), and nothing behind which the answer may stand ("How do I reset it: hold the button").
_UNMARKED = (
    r"(?:(?i:how|what|where|why|when)\s+)?(?:(?i:can|could|should|do|would)\s+(?:i|I|we|you)"
    r"|(?i:is|does|did|has|can|could|would)\s+any(?:one|body))\b(?:(?! - )[^\r\n,:|–—])*"
)
_ASKS = re.compile(rf"[\s*_#>]{{0,9}}{_UNMARKED}\Z|.*{_ASKING_END}\s*\Z", re.DOTALL)
_ASKS_SOMEWHERE = re.compile(rf"{_ASKING_END}(?:\s|\Z)|(?:\A|[.!…]\s|\n)[\s*_#>]{{0,9}}{_UNMARKED}(?:[.!…\n]|\Z)")


def with_apostrophes(question: str) -> str:
    """A question with the apostrophes that its question words and verbs lack, but for a verb that a clause begins with.

    >>> with_apostrophes("whats the price, and why doesnt it start?"), with_apostrophes("the hows and whys of it")
    ("what's the price, and why doesn't it start?", 'the hows and whys of it')
    """
    return _SHORT_FORM.sub(r"\g<0>'", question)


def without_denial(question: str) -> str:
    """A question for yes or no that is put in the negative, in the positive.

    Both ask the same, but readers look for a denial where they see one: "isn't it loud" and "is it loud".

    >>> without_denial("Isn't it loud?"), without_denial("wont the lid close"), without_denial("Why isn't it loud?")
    ('Is it loud?', 'will the lid close', "Why isn't it loud?")
    """

    def plain(found: re.Match[str]) -> str:
        verb = _WHOLE.get(found["verb"].lower(), found["verb"])
        return found["before"] + (verb.capitalize() if found["verb"][0].isupper() else verb)

    return _DENIED_VERB.sub(plain, question)


def asks_yes_no(text: str) -> bool:
    """Whether a question begins with its verb, so that yes or no answers it.

    "May", "Will" and "Can" also begin dates and names. After them, a number means a date. A capitalised word means a
    name, unless so much in lower case follows that it is likely a sentence: one word before a question mark, or two.

    >>> [asks_yes_no(text) for text in ("Is it made in Solms?", "May 2015", "Will Smith", "Will Smith play?")]
    [True, False, False, True]
    """
    if not _AUXILIARY.match(text) or _NOT_AUXILIARY.match(text) or _POLITE.match(text):
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
    return bool(_QUESTION_WORD.search(with_apostrophes(text)) or asks_yes_no(text) or _REQUEST.match(text))


def is_question(text: str) -> bool:
    """Whether the text asks for something: by a question mark, a question word, its verb in front, or a request.

    >>> [is_question(text) for text in ("who grinds lenses", "Tell me about bread", "bread price", "Bread is dear.")]
    [True, True, False, False]
    >>> is_question("Summarize the warranty"), is_question("please define bokeh"), is_question("defined terms")
    (True, True, False)
    """
    return _QUESTION_MARK.search(text) is not None or asks_in_words(text)


def asks(sentence: str) -> bool:
    """Whether a sentence asks: by its question mark, or by how it begins if it has none.

    >>> [asks(text) for text in ("It is, isn't it?", "Can I use yogurt instead", "Can I sit | No", "Do this first.")]
    [True, True, False, False]
    """
    return _ASKS.match(sentence) is not None


def asks_somewhere(text: str) -> bool:
    """Whether a sentence of a text asks.

    >>> asks_somewhere("It fell. Can I fix it\\nThanks"), asks_somewhere("It fell. I can fix it.")
    (True, False)
    """
    return _ASKS_SOMEWHERE.search(text) is not None
