"""Lines that a page carries and nobody wrote for its readers: counters, comment forms, share buttons.

They are shown where they stand and never indexed. A pattern matches a whole line, so that a sentence which merely
mentions a comment form stays content.
"""

from __future__ import annotations

import re

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
_FURNITURE = r"""
    \(? visited \s [\d.,]+ \s times? .{0,40} \)?
  | [\d.,]+ \s (total \s)? (views|reads|shares|likes)
  | (share|like|tweet) (\s this)? (\s on \s \w+)? :?
  | share \s (this \s)? (post|article|page|story|on \s \w+) :?
  | click \s to \s (share|email|print) .{0,80}
  | (reply|report|permalink|flag|edit|quote|print|print \s this \s page)
  | log \s in \s to \s (reply|leave \s a \s comment|comment) | sign \s in \s to \s (reply|comment)
  | like \s this: (\s like \s loading.{0,3})? | (like \s)? loading \.{3}
  | (comments \s are \s closed|comments \s off) .{0,60}
  | (older|newer) \s comments
"""


def _whole_line(patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\s* [#>*_\s]* (?: {patterns} ) [\s*_.»→]*", re.IGNORECASE | re.VERBOSE)


_form_line = _whole_line(_FORM)
_furniture_line = _whole_line(_FURNITURE)
_LONGEST = 240


def is_form(line: str) -> bool:
    """Whether the line belongs to a comment form, which ends what readers wrote.

    >>> is_form("Submit a comment"), is_form("They submit a comment to the agency.")
    (True, False)
    """
    if len(line) > _LONGEST:
        return False
    # A form's notice often runs on in one line: "… will not be published. Required fields are marked *".
    return all(_form_line.fullmatch(part) for part in re.split(r"(?<=\.)\s+", line.strip())) and bool(line.strip())


def is_boilerplate(line: str) -> bool:
    """Whether the line is page furniture of any kind.

    >>> is_boilerplate("(Visited 3,568 times, 2 visits today)")
    True
    """
    return is_form(line) or (len(line) <= _LONGEST and bool(_furniture_line.fullmatch(line)))
