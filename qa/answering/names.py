"""Names in a question: of anything, and of an author."""

from __future__ import annotations

import re

from qa.text.normalize import CAPITAL, called_by, normalize, words_of

# Not "I've".
_CAPITALISED = re.compile(rf"(?:(?<=[\w,;'’] )|(?<=['’\"“(]))(?!I['’]){CAPITAL}[\w'’-]+")
_POSSESSIVE = re.compile(r"([^\W\d_]+)'s\b")
_SUBJECT = re.compile(r"\b(?:does|did|by|from)\s+(will|may)\b")  # "what does will say"
_MIN_NAME = 3  # letters; a shorter part is an initial, which identifies no one
# "Neds" without an apostrophe is Ned's; these words are no possessives.
_NO_OWNERS = frozenset("bus does gas has his its lens this was yes".split())
# Parts of names that are common words or particles: they name an author only if they are written as a name.
_COMMON = frozenset("and can del den der for may not the van von will".split())


def names_in(question: str) -> frozenset[str]:
    """The words of a question that are written as names: with a capital, but not because a sentence begins.

    >>> sorted(names_in("Who is the manager in Madrid? Is O'Brien?")), sorted(names_in("WHO WROTE IT?"))
    (['brien', 'madrid'], [])
    """
    if question.isupper():
        return frozenset()
    return frozenset(word for name in _CAPITALISED.findall(question) for word in words_of(name) if len(word) > 1)


def names_author(question: str, author: str | None) -> bool:
    """Whether the question names the author: by a first name, a surname or the whole name.

    >>> [names_author(q, "Will Drew") for q in ("What does Will say?", "drew's advice", "What will it cost?")]
    [True, True, False]
    """
    if not author:
        return False
    words = words_of(question)
    normal = normalize(question)
    stems = (word.removesuffix("s") for word in words if word not in _NO_OWNERS)
    asked = ({*words, *stems} - (_COMMON - names_in(question))).union(
        _POSSESSIVE.findall(normal), _SUBJECT.findall(normal)
    )
    return any(len(word) >= _MIN_NAME and word in asked for word in words_of(called_by(author)))
