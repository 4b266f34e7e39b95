"""Lines that a page carries and nobody wrote for its readers: counters, comment forms, share buttons.

They are shown where they stand and never indexed. A pattern matches a whole line, so that a sentence which merely
mentions a comment form stays content. A button's lone word ("Report", "Print") may as well be a title: it counts as
furniture only beside other furniture and at the end of a comment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Flag, auto
from functools import lru_cache

_FORM = r"""
    (submit|leave|post|add|write) \s (a|your) \s (comment|reply|response) (\s here)?
  | (leave|post) \s a \s (comment|reply) \s cancel \s reply
  | cancel \s reply
  | your \s e-?mail (\s address)? \s will \s not \s be \s published .{0,60}
  | required \s fields \s are \s marked .{0,8}
  | (name|e-?mail|website|url|comment) \s? \*
  | save \s my \s name .{0,90}
  | (notify|e-?mail) \s me \s (of|when|about) \s .{0,80}
  | (subscribe|sign \s up) \s to \s (comments|replies) .{0,60}
  | you \s must \s be \s logged \s in \s to \s (post|leave) .{0,40}
  | this \s site \s uses \s akismet .{0,120}
  | post \s comment | submit
"""
_COUNTER = r"\(? visited \s [\d.,]+ \s times? .{0,40} \)?"
_BUTTON = r"(?: reply | delete | report | permalink | flag | edit | quote | print | share | like | tweet )"
_FURNITURE = rf"""
    {_COUNTER}
  | [\d.,]+ \s (total \s)? (views|reads|shares|likes)
  | (share|like|tweet) \s (this (\s on \s \w+)? | on \s \w+) \s? :?
  | share \s (this \s)? (post|article|page|story) \s? :?
  | (?: [•·△▽\d] \s?){{0,6}} {_BUTTON} (?: \s? [|•·/]? \s? {_BUTTON})+
  | print \s this \s page
  | click \s to \s (share|email|print) .{{0,80}}
  | log \s in \s to \s (reply|leave \s a \s comment|comment) | sign \s in \s to \s (reply|comment)
  | like \s this: (\s like \s loading.{{0,3}})? | (like \s)? loading \.{{3}}
  | (comments \s are \s closed|comments \s off) .{{0,60}}
  | (older|newer) \s comments
  | (sort (ed)? \s by|order \s by) .{{0,40}} | (newest|oldest|best|top) \s first
  | (pingback|trackback) : \s .{{0,200}}
"""
_WORD = rf"{_BUTTON} :? | ((show|view|hide) \s)? \d+ \s (more \s)? repl(y|ies)"
_FOOTER = r"""
    (recent|related|latest|popular|similar) \s (posts|articles|comments|stories|entries) :?
  | you \s (may|might) \s also \s like :?
  | archives | categories | blogroll | tags | meta
  | (© | \(c\) | copyright) \s .{0,120}
  | (proudly \s)? powered \s by \s .{0,60}
  | (previous|next|older|newer) \s (post|article|posts) \b .{0,120}
"""


def _pattern(patterns: str) -> re.Pattern[str]:
    return re.compile(patterns, re.IGNORECASE | re.VERBOSE)


class Kind(Flag):
    """What a line may be, by its words alone."""

    CONTENT = 0
    FORM = auto()
    FURNITURE = auto()
    BUTTON = auto()
    COUNTER = auto()
    FOOTER = auto()


_form, _furniture, _word, _counter, _footer = map(_pattern, (_FORM, _FURNITURE, _WORD, _COUNTER, _FOOTER))
_MARKUP = " #>*_"
_SENTENCE = re.compile(r"(?<=\.) ")
_TRAIL = " _*.»→›"
_LONGEST = 240
_CACHED = 1 << 16


def kind_of(line: str) -> Kind:
    """What kind of furniture a line may be.

    >>> kind_of("Submit a comment"), kind_of("They submit a comment to the agency.")
    (<Kind.FORM: 1>, <Kind.CONTENT: 0>)
    """
    return Kind.CONTENT if len(line) > _LONGEST else _kind_of(line)


@lru_cache(_CACHED)
def _kind_of(line: str) -> Kind:
    words = " ".join(line.split())
    bare = words.lstrip(_MARKUP)
    if not bare:
        return Kind.CONTENT
    if _form.fullmatch(bare):  # "Name *" ends in a star of its own
        return Kind.FORM
    # A form's notice often runs on in one line: "… will not be published. Required fields are marked *".
    if all(_form.fullmatch(part.rstrip(_TRAIL)) for part in _SENTENCE.split(bare)):
        return Kind.FORM
    bare = bare.rstrip(_TRAIL)
    kind = Kind.FURNITURE if _furniture.fullmatch(bare) else Kind.CONTENT
    if _counter.fullmatch(bare):
        kind |= Kind.COUNTER
    if _footer.fullmatch(bare):
        kind |= Kind.FOOTER
    if not words.startswith("#") and _word.fullmatch(bare):
        kind |= Kind.BUTTON
    return kind


def is_form(line: str) -> bool:
    """Whether the line belongs to a comment form, which ends what readers wrote."""
    return Kind.FORM in kind_of(line)


def is_footer(line: str) -> bool:
    """Whether the line opens what follows the comments of a page: "Recent Posts", "© 2011 Lily"."""
    return Kind.FOOTER in kind_of(line)


def is_counter(line: str) -> bool:
    """Whether the line counts the page's visits, as one does between an article and its comments."""
    return Kind.COUNTER in kind_of(line)


def is_boilerplate(line: str) -> bool:
    """Whether the line may be page furniture of any kind, a button's word too.

    >>> is_boilerplate("(Visited 3,568 times, 2 visits today)"), is_boilerplate("Report"), is_boilerplate("# Report")
    (True, True, False)
    """
    return bool(kind_of(line) & (Kind.FORM | Kind.FURNITURE | Kind.BUTTON))


def is_certain(line: str) -> bool:
    """Whether the line is page furniture wherever it stands."""
    return bool(kind_of(line) & (Kind.FORM | Kind.FURNITURE))


def furniture(lines: Sequence[str], *, comment: bool) -> list[bool]:
    """For each line of a post whether it is furniture; an article's first visible line never is.

    >>> furniture(["Report", "", "It rains.", "Reply"], comment=False), furniture(["It rains.", "Reply"], comment=True)
    ([False, False, False, False], [False, True])
    """
    visible = [index for index, line in enumerate(lines) if line.strip()]
    found = {index for index in visible if is_certain(lines[index])}
    if not comment and len(found) < len(visible):
        found.discard(visible[0])
    words = {index for index in visible if index not in found and Kind.BUTTON in kind_of(lines[index])}
    if not comment:
        words.discard(visible[0] if visible else -1)
    for order in (visible, visible[::-1]):
        beside = comment and order is not visible  # the walk from a comment's end begins beside furniture
        for index in order:
            if index in words and beside:
                found.add(index)
            beside = index in found
    return [index in found for index in range(len(lines))]
