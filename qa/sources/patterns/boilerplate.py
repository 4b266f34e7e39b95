"""Boilerplate: the lines of a page that are no one's text, such as counters, comment forms and share buttons.

Boilerplate is shown and never indexed. A pattern matches a whole line, so that a sentence which mentions a comment form
stays content. A lone button label ("Report", "Print") may be a title: it counts as boilerplate only next to other
boilerplate or at the end of a comment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Flag, auto
from functools import lru_cache


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_FORM = _compile(
    r"""
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
)
_COUNTER_TEXT = r"\(? visited \s [\d.,]+ \s times? .{0,40} \)?"
_COUNTER = _compile(_COUNTER_TEXT)
_BUTTON_TEXT = r"(?: reply | delete | report | permalink | flag | edit | quote | print | share | like | tweet )"
_BOILERPLATE = _compile(
    rf"""
    {_COUNTER_TEXT}
  | [\d.,]+ \s (total \s)? (views|reads|shares|likes)
  | (share|like|tweet) \s (this (\s on \s \w+)? | on \s \w+) \s? :?
  | share \s (this \s)? (post|article|page|story) \s? :?
  | (?: [•·△▽\d] \s?){{0,6}} {_BUTTON_TEXT} (?: \s? [|•·/]? \s? {_BUTTON_TEXT})+
  | print \s this \s page
  | click \s to \s (share|email|print) .{{0,80}}
  | log \s in \s to \s (reply|leave \s a \s comment|comment) | sign \s in \s to \s (reply|comment)
  | like \s this: (\s like \s loading.{{0,3}})? | (like \s)? loading \.{{3}}
  | (comments \s are \s closed|comments \s off) .{{0,60}}
  | (older|newer) \s comments
  | (sort (ed)? \s by|order \s by) .{{0,40}} | (newest|oldest|best|top) \s first
  | (pingback|trackback) : \s .{{0,200}}
"""
)
_BUTTON = _compile(rf"{_BUTTON_TEXT} :? | ((show|view|hide) \s)? \d+ \s (more \s)? repl(y|ies)")
_FOOTER = _compile(
    r"""
    (recent|related|latest|popular|similar) \s (posts|articles|comments|stories|entries) :?
  | you \s (may|might) \s also \s like :?
  | archives | categories | blogroll | tags | meta
  | (© | \(c\) | copyright) \s .{0,120}
  | (proudly \s)? powered \s by \s .{0,60}
  | (previous|next|older|newer) \s (post|article|posts) \b .{0,120}
"""
)
_MARKUP = " #>*_"
_SENTENCE = re.compile(r"(?<=\.) ")
_TRAIL = " _*.»→›"
_LONGEST = 240
_CACHED = 1 << 16


class LineKind(Flag):
    """What the wording of a line says it is; a line may be of several kinds.

    CONTENT is none of the others, FORM part of a comment form, BOILERPLATE any other line of the page's software,
    BUTTON a label that may be a title too, COUNTER a count of visits, FOOTER what follows the comments of a page.
    """

    CONTENT = 0
    FORM = auto()
    BOILERPLATE = auto()
    BUTTON = auto()
    COUNTER = auto()
    FOOTER = auto()


def line_kind(line: str) -> LineKind:
    """Classify a line by its wording.

    >>> line_kind("Submit a comment"), line_kind("They submit a comment to the agency.")
    (<LineKind.FORM: 1>, <LineKind.CONTENT: 0>)
    """
    return LineKind.CONTENT if len(line) > _LONGEST else _line_kind(line)


@lru_cache(_CACHED)
def _line_kind(line: str) -> LineKind:
    words = " ".join(line.split())
    bare = words.lstrip(_MARKUP)
    if not bare:
        return LineKind.CONTENT
    if _FORM.fullmatch(bare):  # before the trail is cut: "Name *" ends in a star
        return LineKind.FORM
    # A form's notices are often on one line: "… will not be published. Required fields are marked *".
    if all(_FORM.fullmatch(part.rstrip(_TRAIL)) for part in _SENTENCE.split(bare)):
        return LineKind.FORM
    bare = bare.rstrip(_TRAIL)
    kind = LineKind.BOILERPLATE if _BOILERPLATE.fullmatch(bare) else LineKind.CONTENT
    if _COUNTER.fullmatch(bare):
        kind |= LineKind.COUNTER
    if _FOOTER.fullmatch(bare):
        kind |= LineKind.FOOTER
    if not words.startswith("#") and _BUTTON.fullmatch(bare):
        kind |= LineKind.BUTTON
    return kind


def is_form(line: str) -> bool:
    """Whether the line belongs to a comment form, which ends the comments."""
    return LineKind.FORM in line_kind(line)


def is_footer(line: str) -> bool:
    """Whether the line opens the part after the comments: "Recent Posts", "© 2011 Lily"."""
    return LineKind.FOOTER in line_kind(line)


def is_counter(line: str) -> bool:
    """Whether the line counts the page's visits; such a line often separates an article from its comments."""
    return LineKind.COUNTER in line_kind(line)


def is_boilerplate(line: str) -> bool:
    """Whether the line may be boilerplate of any kind, a button label included.

    >>> is_boilerplate("(Visited 3,568 times, 2 visits today)"), is_boilerplate("Report"), is_boilerplate("# Report")
    (True, True, False)
    """
    return bool(line_kind(line) & (LineKind.FORM | LineKind.BOILERPLATE | LineKind.BUTTON))


def is_certain_boilerplate(line: str) -> bool:
    """Whether the line is boilerplate wherever it occurs."""
    return bool(line_kind(line) & (LineKind.FORM | LineKind.BOILERPLATE))


def mark_boilerplate(lines: Sequence[str], *, comment: bool) -> list[bool]:
    """Mark the lines of a post that are boilerplate; the first visible line of an article never is.

    Args:
        lines: The post's lines, blank ones included.
        comment: Whether the post is a comment, whose last lines may be button labels.

    Returns:
        One mark for each line.

    >>> mark_boilerplate(["Report", "", "It rains.", "Reply"], comment=False)
    [False, False, False, False]
    >>> mark_boilerplate(["It rains.", "Reply"], comment=True)
    [False, True]
    """
    visible = [index for index, line in enumerate(lines) if line.strip()]
    marked = {index for index in visible if is_certain_boilerplate(lines[index])}
    if not comment and len(marked) < len(visible):
        marked.discard(visible[0])
    labels = {index for index in visible if index not in marked and LineKind.BUTTON in line_kind(lines[index])}
    if not comment:
        labels.discard(visible[0] if visible else -1)
    for order in (visible, visible[::-1]):
        adjacent = comment and order is not visible  # a comment's end counts as boilerplate for the walk backwards
        for index in order:
            if index in labels and adjacent:
                marked.add(index)
            adjacent = index in marked
    return [index in marked for index in range(len(lines))]
