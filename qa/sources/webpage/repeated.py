"""Comments that no name gives away: things with a day each, in a section of comments or under a heading of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.patterns.times import is_time
from qa.sources.webpage.collect import UNREAD, is_teaser, short_text

_WORD = (
    r"(?:comments?|kommentare?n?|commentaires?|comentarios?|comentários?|commenti|commento|komentarze?y?|reacties|reactions?|responses?"
    r"|replies|leserkommentare|lesermeinungen|antworten|r[ée]ponses|respuestas|respostas|risposte|opiniones)"
)
_HEADING = re.compile(
    rf"(?:\d+\s|alle\s|all\s|les\s|los\s|neueste\s)?(?:leser-?|reader\s|user-?)?{_WORD}\s?[:(\[]?\s?\d*\s?[)\]]?\s?:?(?:\s(?:on|to|zu|zum|sur|su|a)\s.{{1,120}})?",
    re.IGNORECASE,
)
_LONGEST_HEADING, _LONGEST_DAY = 160, 90
_FEWEST_LETTERS = 15
_MOST_STEPS, _MOST_HEADINGS, _MOST_SIBLINGS, _HIGHEST = 8, 20, 5_000, 60
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 div p legend strong b dt span td caption".split())


def find_repeated(root: HtmlElement, sections: Iterable[HtmlElement]) -> Sequence[HtmlElement]:
    """The elements that hold one comment each, in the first place that has any."""
    days = _days(root)
    if not days:
        return ()
    for section in sections:
        if units := _units([section], days):
            return units
    for heading in islice(_headings(root), _MOST_HEADINGS):
        if units := _units(_after(heading), days):
            return units
    return ()


def _days(root: HtmlElement) -> Counter[HtmlElement]:
    """How many days stand in each element."""
    counts: Counter[HtmlElement] = Counter()
    found = []
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in UNREAD:
            continue
        texts = [element.text, *(child.tail for child in element[:3])]
        if element.tag == "time" or any(text and len(text) < _LONGEST_DAY and is_time(text) for text in texts):
            found.append(element)
    for element in found:
        counts[element] += 1
        for above in islice(element.iterancestors(), _HIGHEST):
            counts[above] += 1
    return counts


def _headings(root: HtmlElement) -> Iterable[HtmlElement]:
    for element in root.iter(*_HEADINGS):
        first = element.text or (element[0].text if len(element) else None) or ""
        if len(first) <= _LONGEST_HEADING and any(map(str.isalpha, first)):
            text = short_text(element, _LONGEST_HEADING)
            if text and _HEADING.fullmatch(text):
                yield element


def _after(heading: HtmlElement) -> Sequence[HtmlElement]:
    """The elements that follow a heading; where none does, those that follow the element that it opens."""
    element = heading
    for _ in range(3):
        if following := list(islice(element.itersiblings(), _MOST_SIBLINGS)):
            return following
        if (parent := element.getparent()) is None or parent.tag == "body":
            break
        element = parent
    return ()


def _units(elements: Sequence[HtmlElement], days: Counter[HtmlElement]) -> Sequence[HtmlElement]:
    """Of these elements, or those in them, the ones that hold a day each."""
    for _ in range(_MOST_STEPS):
        dated = [element for element in elements if days[element]]
        if not dated:
            return ()
        kinds = Counter((element.tag, element.get("class")) for element in dated)
        kind, number = kinds.most_common(1)[0]
        if number > 1 or (days[dated[0]] == 1 and len(dated) == 1 and not _deeper(dated[0], days)):
            units = [element for element in dated if (element.tag, element.get("class")) == kind]
            return units if all(map(_has_words, units)) else ()
        elements = list(dated[0])
    return ()


def _deeper(element: HtmlElement, days: Counter[HtmlElement]) -> bool:
    """Whether one child holds the day and nearly all the words."""
    inside = next((child for child in element if days[child]), None)
    if inside is None:
        return False
    return len("".join(inside.itertext()).strip()) > 0.8 * len("".join(element.itertext()).strip())


def _has_words(element: HtmlElement) -> bool:
    if element.tag in ("p", "span", "time") or is_teaser(element):
        return False
    return sum(map(str.isalpha, "".join(element.itertext()))) >= _FEWEST_LETTERS
