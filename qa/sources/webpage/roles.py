"""What an element is in a thread, by the names that its author gave it: classes, ids, schema.org's words."""

from __future__ import annotations

import re
from enum import Flag, auto
from functools import lru_cache

from lxml.html import HtmlElement


class Role(Flag):
    """What an element's names say that it is.

    A COMMENT surely holds one comment; a BOX may hold one, or all, or a part of one. A POST is a forum's: the first
    of a page is what the others answer.
    """

    NONE = 0
    COMMENT = auto()
    POST = auto()
    BOX = auto()
    SECTION = auto()
    REPLIES = auto()
    BODY = auto()
    AUTHOR = auto()
    DATE = auto()
    META = auto()
    FURNITURE = auto()
    ELSEWHERE = auto()


ITEM = Role.COMMENT | Role.POST | Role.BOX
# "Commentary" and "commentator" are sports; a "comment" in eight languages, its plural, and what follows it.
_STEM = re.compile(
    r"(?P<before>.*?)(?:"
    r"(?P<many>comments|commentaires|coment[aá]rios|commenti|kommentarer|kommentare|komentarze|komentare|reacties)"
    r"|(?P<one>commentaire|comment(?!ar[iy]|at)|coment[aá]rio|commento|kommentar|komentarz|komentar|reactie|cmt))"
    r"(?P<after>.*)"
)
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ONE = _words("comment item entry row single node element unit card article li thing parent child el")
_VAGUE = _words(
    "box wrapper wrap container block holder main body reply inner outer level depth odd even alt root top own"
    " context regular panel"
)
_SECTION = _words("list s area section thread threads stream feed module group tree all zone widget app plugin region")
_BODY = _words(
    "content text txt copy message msg desc description paragraph markdown body p html inhalt texte context postcontent"
    " posttext commtext prose cooked bbwrapper md usertext"
)
_AUTHOR = _words(
    "author user username name poster writer nick nickname by byline autor person commenter fn creator hnuser"
    " displayname auteur verfasser"
)
_DATE = _words("date time timestamp datetime ago published posted datum dateline age created pubdate fecha zeit")
_META = _words("meta metadata header head info details footer foot title subject data comhead tagline intro")
_FURNITURE = _words(
    "form respond count counter counts number num link links button buttons btn actions action controls tools toolbar"
    " vote votes voting rating karma score avatar image img photo gravatar pic icon icons label share like likes flag"
    " report nav navigation pagination pager pages policy rules notes closed open status notice awaiting edit delete"
    " permalink editor input textarea field submit subscribe subscription rss heading headline tabs options sort"
    " sorting filter login register guidelines signature sig badge rank flair menu dropdown tooltip"
)
_ALWAYS_FURNITURE = _words(
    "avatar gravatar button buttons btn actions toolbar vote votes voting score karma rating flag report share"
    " signature badge permalink dropdown tooltip userpic"
)
_SECTION_OF = _words("items entries rows posts cards elements nodes")
_REPLIES = _words("children replies answers responses nested subcomments antworten reponses")
_OTHERWISE = _words("no has with add write leave new submit go to view show hide load toggle num count open jump")
_ELSEWHERE = _words("recent recently latest last newest neueste neuste letzte aktuelle popular related sidebar")
_NEVER = _words(
    "form h1 h2 h3 h4 h5 h6 a b button input img i svg label em small span strong u cite abbr time textarea select"
)
_FORUM = re.compile(
    r"post(?:bit\w*|container|body-wrap|_block|_wrapper|wrapper)|message--post|topic-post|crawler-post|cpost|ipscomment"
    r"|forumpost|windowbg\d?|answer|question|bbp-(?:topic|reply)|reply-post"
)
_FORUM_ID = re.compile(r"(?:p|post[-_]?|msg[-_]?|question-|answer-)\d+")
_SCHEMA = {
    "comment": Role.COMMENT,
    "usercomments": Role.COMMENT,
    "answer": Role.POST,
    "question": Role.POST,
    "discussionforumposting": Role.POST,
}
_PROPERTY = {
    "text": Role.BODY,
    "commenttext": Role.BODY,
    "articlebody": Role.BODY,
    "author": Role.AUTHOR,
    "creator": Role.AUTHOR,
    "datecreated": Role.DATE,
    "datepublished": Role.DATE,
    "commenttime": Role.DATE,
}


def role_of(element: HtmlElement) -> Role:
    """All that the names of an element say; what cannot be the thing by its tag is not."""
    tag = element.tag
    if tag in ("html", "body", "head", "main"):
        return Role.NONE
    found = _tag_role(tag)
    for token in (element.get("class") or "").split()[:40]:
        found |= token_role(token[:80])
    if name := element.get("id"):
        found |= Role.POST if _FORUM_ID.fullmatch(name[:80]) else token_role(name[:80])
    for name in ("itemtype", "typeof"):
        for value in (element.get(name) or "").split()[:5]:
            found |= _SCHEMA.get(re.split(r"[/:]", value.lower())[-1], Role.NONE)
    for name in ("itemprop", "property"):
        for value in (element.get(name) or "").split()[:5]:
            found |= _PROPERTY.get(value.lower().split(":")[-1], Role.NONE)
    if element.get("rel") == "author":
        found |= Role.AUTHOR
    return _settled(found, tag, element.get("class") or "")


def _settled(found: Role, tag: str, classes: str) -> Role:
    if found & Role.ELSEWHERE:
        return Role.ELSEWHERE
    if tag in _NEVER:
        found &= ~(ITEM | Role.SECTION | Role.REPLIES)
    if "hentry" in classes or tag == "p":  # a blog's front page is no forum
        found &= ~Role.POST
    if found & Role.FURNITURE:
        found &= ~Role.BOX
    if found & (Role.COMMENT | Role.POST):
        found &= Role.COMMENT | Role.POST
    return found


@lru_cache(4096)
def _tag_role(tag: str) -> Role:
    if tag == "time":
        return Role.DATE
    # An element of the page's own: <shreddit-comment>, <ytd-comment-renderer>.
    return token_role(tag) & (ITEM | Role.SECTION) if "-" in tag else Role.NONE


@lru_cache(1 << 16)
def token_role(token: str) -> Role:
    """What one class or id says.

    >>> token_role("li-comment-176"), token_role("commentlist"), token_role("comment-author-ann")
    (<Role.COMMENT: 1>, <Role.SECTION: 8>, <Role.AUTHOR: 64>)
    """
    plain = _HUMP.sub("-", token).lower()
    if _FORUM.fullmatch(plain):
        return Role.POST
    words = _WORD.findall(plain)
    if plain.startswith(("thing_t1", "dsq-comment", "comtr")):
        return Role.COMMENT
    match = _STEM.fullmatch("-".join(words))
    if match is None:
        return Role.SECTION if "disqus" in plain and "thread" in plain else _part(words, _ALWAYS_FURNITURE)
    before, after = _WORD.findall(match["before"]), _WORD.findall(match["after"])
    if match["many"] and (_ELSEWHERE & {*before, *after} or any(word.startswith("recent") for word in before)):
        return Role.ELSEWHERE
    if _FURNITURE & {*after} or _OTHERWISE & {*before}:
        return Role.FURNITURE
    if after[:1] == ["s"]:
        after = after[1:]
    known = _part(after) or (Role.COMMENT if _ONE & {*after} else Role.NONE)
    if (_SECTION & {*after} and not _ONE & {*after}) or _SECTION_OF & {*after[-1:]}:
        return Role.SECTION
    if not after:
        return Role.SECTION if match["many"] else Role.COMMENT
    if match["many"] and known == Role.BODY and not _ONE & {*after}:
        return Role.SECTION
    if _VAGUE & {*after} or not known:
        known |= Role.SECTION if match["many"] else Role.BOX
    return known


def _part(words: list[str], furniture: frozenset[str] = _FURNITURE) -> Role:
    """The part of a comment that the last telling word names."""
    for place, word in enumerate(reversed(words)):
        if word in furniture:
            return Role.FURNITURE
        if word in _BODY and place and furniture is not _FURNITURE:
            continue  # a forum's "message-cell" holds more than the message
        for names, role in _PARTS:
            if word in names:
                return role
    return Role.NONE


_PARTS = (
    (_REPLIES, Role.REPLIES),
    (_AUTHOR, Role.AUTHOR),
    (_DATE, Role.DATE),
    (_BODY, Role.BODY),
    (_META, Role.META),
)
