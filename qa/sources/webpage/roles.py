"""What an element is in a thread, by the names that its author gave it: classes, ids, schema.org's types."""

from __future__ import annotations

import re
from enum import Flag, auto
from functools import lru_cache

from lxml.html import HtmlElement


class Role(Flag):
    """What an element is, judged by its names.

    A COMMENT certainly holds one comment; a BOX can hold one, or all, or a part of one. A POST belongs to a
    forum: the other posts of the page answer the first. A PROFILE tells about the member who wrote a post.
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
    PROFILE = auto()
    FURNITURE = auto()
    ELSEWHERE = auto()


ITEM = Role.COMMENT | Role.POST | Role.BOX
"""What can hold one comment."""
PARTS = Role.BODY | Role.AUTHOR | Role.DATE | Role.META | Role.PROFILE
"""What is a part of one comment."""
_HEAD = Role.AUTHOR | Role.DATE | Role.META
# A "comment" in eight languages, or several, and the words around it; "commentary" is about sports.
_STEM = re.compile(
    r"(?P<before>.*?)(?:"
    r"(?P<many>comments|commentaires|coment[aá]rios|commenti|kommentarer|kommentare|komentarze|komentare|reacties)"
    r"|(?P<one>commentaire|comment(?!ar[iy]|at)|coment[aá]rio|commento|kommentar|komentarz|komentar|reactie|cmt))"
    r"(?P<after>.*)"
)
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SINGLE = _word_set("comment item entry row single node element unit card article li thing parent child el")
_VAGUE = _word_set(
    "box wrapper wrap container block holder main body reply inner outer level depth odd even alt root top own"
    " context regular panel"
)
_SECTION = _word_set(
    "list s area section thread threads stream feed module group tree all zone widget app plugin region"
)
_BODY = _word_set(
    "content text txt copy message msg desc description paragraph markdown body p html inhalt texte context postcontent"
    " posttext commtext toptext prose cooked bbwrapper md usertext postmessage postmsg"
)
_MARKUP = _word_set("html md markdown p")  # the body only if no other part is named: "display-name__html" is a name
_AUTHOR = _word_set(
    "author user username name poster writer nick nickname by byline autor person commenter fn creator hnuser"
    " displayname auteur verfasser bigusername authi"
)
_DATE = _word_set("date time timestamp datetime ago published posted datum dateline age created pubdate fecha zeit")
_META = _word_set("meta metadata header head info details footer foot title subject data comhead tagline intro")
_FURNITURE = _word_set(
    "form respond count counter counts number num link links button buttons btn actions action controls tools toolbar"
    " vote votes voting rating karma score avatar image img photo gravatar pic icon icons label share like likes flag"
    " report nav navigation pagination pager pages policy rules notes closed open status notice awaiting edit delete"
    " permalink editor input textarea field submit subscribe subscription rss heading headline tabs options sort"
    " sorting filter login register guidelines signature sig badge rank flair menu dropdown tooltip"
)
_ALWAYS_FURNITURE = _word_set(
    "avatar gravatar button buttons btn actions toolbar vote votes voting score karma rating flag report share"
    " signature badge permalink dropdown tooltip userpic"
)
# What forums call the column or the box about a member: phpBB, vBulletin, XenForo, FluxBB, MyBB, Discuz, Invision.
_PROFILE = re.compile(
    r".*-?(?:userinfo|postprofile|posterinfo|authorinfo|memberinfo|userprofile|userdetails|postleft|authorpane)(?:-.*)?"
    r"|message-?user-?(?:info|block|details|extras|title|banner)?|post-?profile|user-(?:info|text|details|title|block)|usertitle"
    r"|(?:author|user)-statistics|author-?(?:info|information|pane)|c-author-pane|poster|poster-?(?:info|details)|post-author|pls|user-stats|c-author-pane(?:-(?!author).*)?"
    r"|profile-(?:posts|joined|rank|location|contact|avatar|custom-field)"
)
_WITHOUT = _word_set("no has with without")  # "no-avatar" is about something else than an avatar
_LIKES = _word_set("like likes liked vote votes rating reaction reactions report share button")
_AROUND_LIKES = _word_set("likes reactions")
_SECTION_OF = _word_set("items entries rows posts cards elements nodes")
_REPLIES = _word_set("children replies answers responses nested subcomments antworten reponses")
_REPLY = _word_set("reply answer response antwort")
_NO_COMMENT = _word_set("no has with add write leave new submit go to view show hide load toggle num count open jump")
_ELSEWHERE = _word_set("recent recently latest last newest neueste neuste letzte aktuelle popular related sidebar")
_NO_CONTAINERS = _word_set(
    "form h1 h2 h3 h4 h5 h6 a b button input img i svg label em small span strong u cite abbr time textarea select"
)
_FORUM = re.compile(
    r"post(?:bit(?!_?(?:buttons|controls|menu))\w*|container|body-wrap|_block|_wrapper|wrapper|topic|-topic)|message--post|topic-post|crawler-post|c-?post"
    r"|forum-?post|blockpost|b-post|windowbg\d?|answer|question|bbp-(?:topic|reply)|reply-post"
    r"|(?:detailed-)?status|timeline-comment|wbb-post|posts-list-item|post-stream-item"
)
# A class that a build tool made unique: "CommentBody_s__x1Y2", "Comment-module__body--kT1Q", "feedCommentBody-UWho7S".
_HASH = re.compile(
    r"(?<=\w)(?:__[\w-]{4,6}|(?<=[a-z])[-_](?=[A-Za-z]{0,7}(?:\d[A-Za-z]|[A-Za-z]\d|[a-z][A-Z][a-z]?[A-Z]))[A-Za-z0-9]{5,8}"
    r"|(?<=\w)--[\w-]{2,6})$"
)
# Limits on what a hostile page can make us look at.
_MOST_CLASSES, _LONGEST_NAME, _MOST_VALUES = 40, 80, 5
_FORUM_ID = re.compile(r"(?:p|pid_?|post[-_]?|post_id_|msg[-_]?|question-|answer-)\d+")
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


_APPENDIX = re.compile(
    r"(?:[\w-]*[-_])?(?:post)?(?:signature(?:[-_]?\w+)?|sig\d*|(?:last-?)?edit(?:ed)?|modified|reportlinks|attachbox)",
    re.IGNORECASE,
)


def is_appendix(element: HtmlElement) -> bool:
    """Whether an element's classes or id name what forums put under a post: a signature, when it was last edited."""
    names = [*(element.get("class") or "").split()[:_MOST_CLASSES], element.get("id") or ""]
    return element.tag not in _NO_CONTAINERS and any(_APPENDIX.fullmatch(name[:_LONGEST_NAME]) for name in names)


def role_of(element: HtmlElement) -> Role:
    """All roles that an element's names give it, except those that its tag rules out."""
    tag = element.tag
    if tag in ("html", "body", "head", "main"):
        return Role.NONE
    role = _tag_role(tag)
    classes = (element.get("class") or "").split()[:_MOST_CLASSES]
    # "js-comment-text-and-form" names what a script does there; it counts where no other name says what it is.
    for of_scripts in (False, True):
        if not of_scripts or role is Role.NONE:
            for name in classes:
                if name.startswith("js-") is of_scripts:
                    role |= token_role(name[:_LONGEST_NAME])
    if name := (element.get("id") or "")[:_LONGEST_NAME]:
        if not _FORUM_ID.fullmatch(name):
            role |= token_role(name)
        elif not (role is Role.BODY and name.startswith("pid")):  # MyBB numbers a post's body as well
            role |= Role.POST
        if name.startswith("discussioncomment-"):  # GitHub names the posts of an issue and what answers them alike
            role = role & ~Role.POST | Role.COMMENT
    for key in ("itemtype", "typeof"):
        for value in (element.get(key) or "").split()[:_MOST_VALUES]:
            role |= _SCHEMA.get(re.split(r"[/:]", value.lower())[-1], Role.NONE)
    for key in ("itemprop", "property"):
        for value in (element.get(key) or "").split()[:_MOST_VALUES]:
            role |= _PROPERTY.get(value.lower().split(":")[-1], Role.NONE)
    if element.get("rel") == "author":
        role |= Role.AUTHOR
    return _without_contradictions(role, tag, classes)


def _without_contradictions(role: Role, tag: str, classes: list[str]) -> Role:
    if role & Role.ELSEWHERE:
        return Role.ELSEWHERE
    if tag in _NO_CONTAINERS:
        role &= ~(ITEM | Role.SECTION | Role.REPLIES)
    # A blog's front page is not a forum, but Invision's posts are called "hentry" too.
    if tag == "p" or ("hentry" in classes and not any(_FORUM.fullmatch(name.lower()) for name in classes)):
        role &= ~Role.POST
    if role & Role.FURNITURE:
        role &= ~Role.BOX
    if role & (Role.COMMENT | Role.POST):
        role &= Role.COMMENT | Role.POST
    return role


@lru_cache(4096)
def _tag_role(tag: str) -> Role:
    if tag == "time" or tag.endswith(("-time", "-timeago", "time-ago")):  # <relative-time>, <faceplate-timeago>
        return Role.DATE
    # A custom element: <shreddit-comment>, <ytd-comment-renderer>.
    return token_role(tag) & (ITEM | Role.SECTION) if "-" in tag else Role.NONE


@lru_cache(1 << 16)
def token_role(token: str) -> Role:
    """The role that one class or id names.

    >>> token_role("li-comment-176"), token_role("commentlist"), token_role("comment-author-ann")
    (<Role.COMMENT: 1>, <Role.SECTION: 8>, <Role.AUTHOR: 64>)
    """
    name = _HUMP.sub("-", _HASH.sub("", token) if _has_hash(token) else token).lower()
    if _FORUM.fullmatch(name):
        return Role.POST
    words = [word for word in _WORD.findall(name) if word != "module"]
    if words[:1] and words[0] in _WITHOUT:
        words = words[:1]
    if _PROFILE.fullmatch("-".join(words)):
        return Role.PROFILE
    if words[:1] and words[0] in _AROUND_LIKES:
        return Role.FURNITURE
    if name.startswith(("thing_t1", "dsq-comment", "comtr")):
        return Role.COMMENT
    if len(words) == 2 and words[0] in _REPLY and words[1] in _BODY:
        return Role.BOX | Role.BODY  # a reply inside the comment that it answers, or the body of a reply
    match = _STEM.fullmatch("-".join(words))
    if match is None:
        return Role.SECTION if "disqus" in name and "thread" in name else _part_role(words, _ALWAYS_FURNITURE)
    before, after = _WORD.findall(match["before"]), _WORD.findall(match["after"])
    many = match["many"] and not _SINGLE & {*after[:1]}  # "CommentsItem-body" is of one
    after = [*after[:1], *(word for word in after[1:] if len(word) > 1)]
    if many and (_ELSEWHERE & {*before, *after} or any(word.startswith("recent") for word in before)):
        return Role.ELSEWHERE
    if _FURNITURE & {*after} or (_NO_COMMENT | _LIKES) & {*before}:
        return Role.FURNITURE
    if after[:1] == ["s"]:
        after = after[1:]
    role = _part_role(after) or (Role.COMMENT if _SINGLE & {*after} else Role.NONE)
    if (_SECTION & {*after} and not _SINGLE & {*after}) or _SECTION_OF & {*after[-1:]}:
        return Role.SECTION
    if not after:
        return Role.SECTION if many else Role.COMMENT
    if many and role == Role.BODY and not _SINGLE & {*after}:
        return Role.SECTION
    if (_VAGUE & {*after} and not role & _HEAD) or not role:
        role |= Role.SECTION if many else Role.BOX
    return role


def _has_hash(token: str) -> bool:
    """Whether a class name may end in a hash: those have humps or digits, and a mark before the hash."""
    return not token.islower() and ("-" in token or "_" in token)


def _part_role(words: list[str], furniture: frozenset[str] = _FURNITURE) -> Role:
    """The part of a comment that the last known word names."""
    if "".join(words) in _BODY:
        return Role.BODY
    if not _MARKUP.isdisjoint(words[-1:]) and any(word in _AUTHOR for word in words):
        words = words[:-1]
    if words[:1] and words[0] in _LIKES and not _BODY.isdisjoint(words[1:]):
        return Role.FURNITURE
    if words[:1] == ["secondary"]:
        return Role.NONE
    for position, word in enumerate(reversed(words)):
        if word in furniture:
            return Role.FURNITURE
        if word in _BODY and position and furniture is not _FURNITURE:
            continue  # a forum's "message-cell" holds more than the message
        for names, role in _PART_ROLES:
            if word in names:
                return role
    return Role.NONE


_PART_ROLES = (
    (_REPLIES, Role.REPLIES),
    (_AUTHOR, Role.AUTHOR),
    (_DATE, Role.DATE),
    (_BODY, Role.BODY),
    (_META, Role.META),
)
