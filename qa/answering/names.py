"""Names in a question: of anything, and of an author."""

from __future__ import annotations

import re

from qa.text.normalize import called_by, words_of

_CAPITALISED = re.compile(r"(?<=[\w,;'’] )[A-Z][\w'’-]+|(?<=['’\"“(])[A-Z][\w'’-]+")
_MIN_NAME = 3  # letters; initials name nobody
# Parts of names that are common words or particles: they name an author only if they are written as a name.
_COMMON = frozenset("and can del den der for may not the van von will".split())


def names_in(question: str) -> frozenset[str]:
    """The words of a question that are written as names: with a capital, but not because a sentence begins.

    >>> sorted(names_in("Who is the manager in Madrid? Is O'Brien?"))
    ['brien', 'madrid']
    """
    return frozenset(word for name in _CAPITALISED.findall(question) for word in words_of(name) if len(word) > 1)


def names_author(question: str, author: str | None) -> bool:
    """Whether the question names the author: by a first name, a surname or the whole name.

    >>> [names_author(q, "Will Drew") for q in ("What does Will say?", "drew's advice", "What will it cost?")]
    [True, True, False]
    """
    if not author:
        return False
    asked = set(words_of(question)).union(word.removesuffix("s") for word in words_of(question))
    asked -= _COMMON - names_in(question)
    return any(len(word) >= _MIN_NAME and word in asked for word in words_of(called_by(author)))
