"""Comments without telltale classes: repeated elements with a day each, in a comment section or under its heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, MutableMapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.patterns.dates import is_time
from qa.sources.webpage.blocks import UNSHOWN_TAGS, short_text
from qa.sources.webpage.collect import is_teaser
from qa.sources.webpage.roles import Role

_WORD = (
    r"(?:comments?|kommentare?n?|commentaires?|comentarios?|comentários?|commenti|commento|komentarze?y?|reacties|reactions?|responses?"
    r"|replies|leserkommentare|lesermeinungen|antworten|r[ée]ponses|respuestas|respostas|risposte|opiniones)"
)
_HEADING = re.compile(
    rf"(?:\d+\s|alle\s|all\s|les\s|los\s|neueste\s)?(?:leser-?|reader\s|user-?)?{_WORD}\s?[:(\[]?\s?\d*\s?[)\]]?\s?:?(?:\s(?:on|to|zu|zum|sur|su|a)\s.{{1,120}})?",
    re.IGNORECASE,
)
# Chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py): characters, letters, a share.
_LONGEST_HEADING, _LONGEST_DAY = 160, 90
_FEWEST_LETTERS = 15
_NEARLY_ALL = 0.8
_FEWEST_SIBLINGS = 2
# Limits on what a hostile page can make us look at.
_MOST_STEPS, _MOST_HEADINGS, _MOST_SIBLINGS, _MOST_LEVELS = 8, 20, 5_000, 60
_LONGEST_CLASS = 1_000  # characters; a limit on what a hostile page can make us look at
_POST_BODIES = frozenset({"bbp-reply-content", "bbp-topic-content"})  # a <div class="postbody"> is all of a post
_HEADING_TAGS = frozenset("h1 h2 h3 h4 h5 h6 div p legend strong b dt span td caption".split())


def find_repeated(root: HtmlElement, sections: Iterable[HtmlElement]) -> Sequence[HtmlElement]:
    """The elements that hold one comment each, in the first section, or after the first heading, that has any."""
    days = _count_days(root)
    if not days:
        return ()
    for section in sections:
        if comments := _dated_alike([section], days):
            return comments
    for heading in islice(_comment_headings(root), _MOST_HEADINGS):
        if comments := _dated_alike(_after(heading), days):
            return comments
    return ()


def mark_signed_siblings(roles: MutableMapping[HtmlElement, Role]) -> None:
    """Give the role of comments to siblings of one kind with a name and a day each, in what is named after comments."""
    authors = Counter(_above(roles, Role.AUTHOR))
    dates = Counter(_above(roles, Role.DATE))
    has_items = set(_above(roles, Role.COMMENT | Role.POST))
    for element, role in list(roles.items()):
        if not role & Role.BODY or element in has_items or min(authors[element], dates[element]) < _FEWEST_SIBLINGS:
            continue
        signed = [child for child in element if authors[child] and dates[child]]
        kinds = {(child.tag, child.get("class")) for child in signed}
        if len(signed) >= _FEWEST_SIBLINGS and len(kinds) == 1:
            roles[element] = Role.SECTION
            roles.update(dict.fromkeys(signed, Role.COMMENT))


def mark_posts_by_parts(root: HtmlElement, roles: MutableMapping[HtmlElement, Role]) -> None:
    """Give the role of posts to what holds one post of phpBB 2 or bbPress, which name only the parts of a post."""
    bodies = [element for element in root.iter("span", "div") if _is_body_of_post(element)]
    if len(bodies) < _FEWEST_SIBLINGS:
        return
    authors, days = Counter(_above(roles, Role.AUTHOR)), _count_days(root)
    posts: dict[HtmlElement, None] = {}
    for body in bodies:
        around = list(islice(body.iterancestors(), _MOST_LEVELS))
        if not any(roles.get(element, Role.NONE) & (Role.COMMENT | Role.POST) for element in around):
            posts |= dict.fromkeys(islice((element for element in around if authors[element] and days[element]), 1))
    outer = {above for post in posts for above in islice(post.iterancestors(), _MOST_LEVELS)}
    posts = {post: None for post in posts if post not in outer}
    if len(posts) < _FEWEST_SIBLINGS or len({post.tag for post in posts}) > 1:
        return
    roles.update(dict.fromkeys(bodies, Role.BODY))
    for post in posts:
        roles.update({part: roles[part] & ~Role.POST for part in post.iterdescendants() if part in roles})
        roles.update({part: Role.DATE for part in post.iter("span") if is_time((part.text or "")[:_LONGEST_DAY])})
        roles[post] = Role.POST


def _is_body_of_post(element: HtmlElement) -> bool:
    names = (element.get("class") or "")[:_LONGEST_CLASS].split()
    return "postbody" in names if element.tag == "span" else not _POST_BODIES.isdisjoint(names)


def _above(roles: MutableMapping[HtmlElement, Role], wanted: Role) -> Iterable[HtmlElement]:
    """The elements around each element that has one of these roles; one that holds several comes several times."""
    for element, role in roles.items():
        if role & wanted:
            yield from islice(element.iterancestors(), _MOST_LEVELS)


def _count_days(root: HtmlElement) -> Counter[HtmlElement]:
    """How many days are named in each element."""
    counts: Counter[HtmlElement] = Counter()
    dated = []
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in UNSHOWN_TAGS:
            continue
        texts = [element.text, *(child.tail for child in element[:3])]
        if element.tag == "time" or any(text and len(text) < _LONGEST_DAY and is_time(text) for text in texts):
            dated.append(element)
    for element in dated:
        counts[element] += 1
        for above in islice(element.iterancestors(), _MOST_LEVELS):
            counts[above] += 1
    return counts


def _comment_headings(root: HtmlElement) -> Iterable[HtmlElement]:
    for element in root.iter(*_HEADING_TAGS):
        first = element.text or (element[0].text if len(element) else None) or ""
        if len(first) <= _LONGEST_HEADING and any(map(str.isalpha, first)):
            text = short_text(element, _LONGEST_HEADING)
            if text and _HEADING.fullmatch(text):
                yield element


def _after(heading: HtmlElement) -> Sequence[HtmlElement]:
    """The siblings after a heading; if it has none, those after the element that it opens."""
    element = heading
    for _ in range(3):
        if following := list(islice(element.itersiblings(), _MOST_SIBLINGS)):
            return following
        if (parent := element.getparent()) is None or parent.tag == "body":
            break
        element = parent
    return ()


def _dated_alike(elements: Sequence[HtmlElement], days: Counter[HtmlElement]) -> Sequence[HtmlElement]:
    """Of these elements, or of those in them, the ones of one kind that hold a day each."""
    for _ in range(_MOST_STEPS):
        dated = [element for element in elements if days[element]]
        if not dated:
            return ()
        kinds = Counter((element.tag, element.get("class")) for element in dated)
        kind, number = kinds.most_common(1)[0]
        is_single = len(dated) == 1 and days[dated[0]] == 1 and not _has_whole_comment_inside(dated[0], days)
        if number > 1 or is_single:
            alike = [element for element in dated if (element.tag, element.get("class")) == kind]
            return alike if all(map(_has_words, alike)) else ()
        elements = list(dated[0])
    return ()


def _has_whole_comment_inside(element: HtmlElement, days: Counter[HtmlElement]) -> bool:
    """Whether one child holds the day and nearly all words."""
    inside = next((child for child in element if days[child]), None)
    if inside is None:
        return False
    return len("".join(inside.itertext()).strip()) > _NEARLY_ALL * len("".join(element.itertext()).strip())


def _has_words(element: HtmlElement) -> bool:
    if element.tag in ("p", "span", "time") or is_teaser(element):
        return False
    return sum(map(str.isalpha, "".join(element.itertext()))) >= _FEWEST_LETTERS
