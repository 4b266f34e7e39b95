"""Every word that the page says of its own, in the languages it speaks; `static/words.json` holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

from qa.web.theme import STATIC

DEFAULT = "en"
COOKIE = "verbatim_language"  # written by the page's own script, when its reader chooses a language


class Words:
    """The words of one language."""

    def __init__(self, language: str, phrases: Mapping[str, str]) -> None:
        self.language = language
        self.phrases = phrases

    def __call__(self, key: str, **values: object) -> str:
        """The phrase of this key, with values in its places; whoever calls escapes the values.

        >>> words("en")("comment", number=2, count=3), words("de")("comment", number=2, count=3)
        ('comment 2 of 3', 'Kommentar 2 von 3')
        """
        return self.phrases[key].format(**values)

    def count(self, key: str, number: int) -> str:
        """A number and its noun: the phrase `KEY_one` or `KEY_other`.

        >>> words("en").count("text", 1), words("en").count("text", 1200)
        ('1 text', '1,200 texts')
        """
        return self.phrases[f"{key}_{'one' if number == 1 else 'other'}"].format(n=self.number(number))

    def number(self, number: int) -> str:
        """A number with its thousands apart.

        >>> words("en").number(1200), words("de").number(1200)
        ('1,200', '1.200')
        """
        return f"{number:,}".replace(",", self.phrases["thousands"])

    def day(self, iso: str) -> str:
        """An ISO date as it is written out; anything else stays as it is.

        >>> words("en").day("2012-03-04T10:00"), words("de").day("2012-03-04"), words("en").day("soon")
        ('4 March 2012', '4. März 2012', 'soon')
        """
        try:
            parsed = date.fromisoformat(iso[:10])
        except ValueError:
            return iso
        month = self.phrases["months"].split()[parsed.month - 1]
        return self("date", day=parsed.day, month=month, year=parsed.year)


@cache
def _all() -> Mapping[str, Words]:
    languages = json.loads((STATIC / "words.json").read_text("utf-8"))
    return {language: Words(language, phrases) for language, phrases in languages.items()}


def languages() -> tuple[str, ...]:
    """The languages that there are words in."""
    return tuple(_all())


def words(language: str = DEFAULT) -> Words:
    """The words of a language; of English if there are none in it."""
    return _all().get(language) or _all()[DEFAULT]


def words_for(headers: Headers) -> Words:
    """The words for who sends a request: as chosen on the page before, or as the browser is set."""
    try:
        chosen = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        chosen = None
    if chosen is not None and chosen.value in _all():
        return words(chosen.value)
    for preferred in headers.get("accept-language", "").split(","):
        language = preferred.partition(";")[0].strip().partition("-")[0].lower()
        if language in _all():
            return words(language)
    return words()
