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


_LOG_IN = (
    r"(?: (?:be \s)? (?:log|sign|logged|signed) \s? in | register (?:ed)? | (?:create|have) \s an \s account | join )"
)
_LOG_INS = rf"{_LOG_IN} (?: \s or \s {_LOG_IN} )*"
_COMMENTING = r"""(?: (?:post|leave|submit|add|write) \s (?:a \s)? )?
    (?: comments? | reply | join \s the \s (?:discussion|conversation) )"""
_NETWORKS = r"""(?: facebook | twitter | x | linkedin | whats\s?app | telegram | reddit | pinterest | tumblr | pocket
    | skype | mastodon | bluesky | instagram | you\s?tube | xing | e-?mail | google\+? | threads | flipboard )"""
_LIST_ORDER = r"""(?: newest | oldest | best | top | new | old | date | time | popular (?:ity)? | relevance
    | controversial | most \s (?:recent|liked|popular|relevant) | likes | votes | rating | q&a
    | default ) (?: \s (?:first|comments) )?"""
_FORM = _compile(
    rf"""
    (submit|leave|post|add|write) \s (a|your) \s (comment|reply|response) (\s here)?
  | (leave|post) \s a \s (comment|reply) \s cancel \s reply
  | cancel \s reply
  | your \s e-?mail (\s address)? \s (will \s not|won't) \s be \s (published|shared|displayed) (\s publicly)?
    (\.? \s required \s fields \s are \s marked .{{0,8}})?
  | required \s fields \s are \s marked .{{0,8}}
  | (name|e-?mail|website|url|comment) \s? \*
  | save \s my \s name,? \s (and \s)? e-?mail .{{0,80}}
  | (notify|e-?mail) \s me \s (of|when|about) \s ((any|new|follow-?up|further|there \s are|someone) \s)*
    (comments?|posts?|replies|reply|responses|replies \s to) (\s (are|is) \s (added|posted))? (\s (via|by) \s e-?mail)?
  | (subscribe|sign \s up) \s to \s (these \s)? (comments|replies) (\s (feed|via .{{1,12}}|by .{{1,12}}|\(.{{1,12}}\)))?
  | (please | you \s (must|need \s to|have \s to|should)) \s ({_LOG_INS} \s)? to \s {_COMMENTING}
  | {_LOG_INS} \s to \s {_COMMENTING}
  | ((du|sie) \s (musst|müssen) \s | bitte \s)? (angemeldet|eingeloggt) \s sein,? \s um \s .{{0,40}}
    (kommentieren|schreiben|verfassen|abgeben|abzugeben) (\s zu \s können)?
  | (zum \s kommentieren \s (bitte \s)? (anmelden|einloggen) | um \s zu \s kommentieren,? \s .{{0,20}} anmelden)
  | (vous \s devez \s)? (être \s)? (connectée?|vous \s connecter|identifiée?) \s pour \s .{{0,30}}
    (commentaire|commenter|répondre)
  | (debes?|tienes \s que|necesitas) \s (iniciar \s sesión|estar \s conectado|registrarte) \s para \s .{{0,30}}
    (comentar|comentario)
  | (devi|è \s necessario) \s (essere \s connesso|effettuare \s l'accesso) \s per \s .{{0,30}} (commentare|commento)
  | je \s moet \s ingelogd \s zijn \s om \s (te \s reageren|een \s reactie \s te \s (plaatsen|geven))
  | log \s in \s om \s te \s reageren
  | musisz \s (być \s zalogowany|się \s zalogować),? \s (aby|żeby) \s .{{0,20}} (komentarz|komentować)
  | (você \s)? (precisa|deve) \s .{{0,20}} (login|sessão|conectado) \s para \s .{{0,20}} (comentar|comentário)
  | this \s site \s uses \s akismet \s to \s reduce \s spam (\.? \s learn \s how \s your \s comment .{{0,40}})?
  | post \s comment | submit
"""
)
_COUNTER_TEXT = r"\(? visited \s [\d.,]+ \s times? (?: ,? \s [\d.,]+ \s visits? \s \w+ (?: \s \w+)? )? \s? \)?"
_COUNTER = _compile(_COUNTER_TEXT)
_BUTTON_TEXT = r"(?: reply | delete | report | permalink | flag | edit | quote | print | share | like | tweet )"
_BOILERPLATE = _compile(
    rf"""
    {_COUNTER_TEXT}
  | [\d.,]+ \s (total \s)? (views|reads|shares|likes)
  | (share|like|tweet) \s (this (\s (on|via) \s {_NETWORKS})? | (on|via) \s {_NETWORKS}) \s? :?
  | share \s (this \s)? (post|article|page|story) \s? :?
  | (?: [•·△▽\d] \s?){{0,6}} {_BUTTON_TEXT} (?: \s? [|•·/]? \s? {_BUTTON_TEXT})+
  | print \s this \s page
  | click \s to \s (share|e-?mail|print) (\s (this|a \s link \s to \s a \s friend))? (\s (on|with|via) \s {_NETWORKS})?
    (\s? \(opens \s in \s new \s window\))?
  | like \s this: (\s like \s loading.{{0,3}})? | (like \s)? loading \.{{3}}
  | (comments \s are \s (now \s)? closed|comments \s off)
    (\s (for|on) \s (this|the) \s (post|article|entry|thread|story|topic))?
  | (older|newer) \s comments
  | (sort (ed)? \s by|order (ed)? \s by) \s? :? \s? {_LIST_ORDER} | (newest|oldest|best|top) \s first
  | (pingback|trackback) : \s .{{0,200}}
"""
)
_BUTTON = _compile(rf"{_BUTTON_TEXT} :? | ((show|view|hide) \s)? \d+ \s (more \s)? repl(y|ies)")
_FOOTER = _compile(
    r"""
    (recent|related|latest|popular|similar) \s (posts|articles|comments|stories|entries) :?
  | you \s (may|might) \s also \s like :?
  | archives | categories | blogroll | tags | meta
  | (© | \(c\) | copyright \s (©|\(c\)|\d{4})) .{0,120}
  | (proudly \s)? powered \s by \s \S{1,40}
  | (previous|next|older|newer) \s (post|article|posts) (\s? [:→»›←«‹] .{0,120})?
"""
)
_MARKUP = " #>*_"
_SENTENCE = re.compile(r"(?<=\.) ")
_TRAIL = " _*.»→›"
_LONGEST = 240  # characters; the longest notice, about a comment form, has 160
_CACHED = 1 << 16  # lines, some megabytes; a page asks about each line several times


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
