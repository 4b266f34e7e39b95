"""The page's words: every phrase is there in every language, and each is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

from starlette.datastructures import Headers

import qa
from qa.web.words import words_for

WEB = Path(qa.__file__).parent / "web"
LANGUAGES = json.loads((WEB / "static" / "words.json").read_text("utf-8"))
MADE = re.compile(
    r"(?:evidence_|no_such_|kind_|outcome_|stage_)\w+|\w+_means|"
    r"sure|likely|perhaps|closest|doubtful|thousands|months|date"
)
"""Keys that the code puts together or looks up by what they are."""


def test_every_phrase_has_the_same_places_in_every_language() -> None:
    places = [
        {key: set(re.findall(r"\{\w+\}", phrase)) for key, phrase in phrases.items()} for phrases in LANGUAGES.values()
    ]
    assert all(each == places[0] for each in places)


def test_every_phrase_is_used() -> None:
    files = [*WEB.glob("*.py"), *(WEB / "static" / "scripts").glob("*.js")]
    code = "\n".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r"""["'](\w+)["']""", code))
    unused = [
        key
        for key in LANGUAGES["en"]
        if not MADE.fullmatch(key) and not {key, re.sub(r"_(?:one|other)$", "", key)} & named
    ]
    assert unused == []


def test_the_language_is_the_chosen_one_else_the_browsers() -> None:
    for headers, language in (
        ({}, "en"),
        ({"accept-language": "de-CH,de;q=0.9,en;q=0.8"}, "de"),
        ({"accept-language": "fr, en-GB;q=0.7, de;q=0.3"}, "en"),
        ({"accept-language": "de", "cookie": "a=b; verbatim_language=en"}, "en"),
        ({"accept-language": "de", "cookie": "verbatim_language=<b>"}, "de"),
        ({"accept-language": ",;=q", "cookie": ";;="}, "en"),
    ):
        assert words_for(Headers(headers)).language == language, headers
