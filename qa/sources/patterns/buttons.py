"""The labels of the buttons around a comment, in the languages of the pages."""

from __future__ import annotations

import re
from collections.abc import Set

_LABEL = (
    r"(?:reply|antworten?|répondre|responder|rispondi|odpowiedz|reageer|beantworten|reply to .{1,40}"
    r"|auf .{1,40} antworten|antwort auf .{1,40}|melden|report(?:er)?|permalink|link|share|teilen|likes?|gefällt mir"
    r"|edit|quote|zitieren|zitat|delete|löschen|kommentar (?:melden|löschen)|log in to reply|read more|mehr anzeigen"
    r"|show more|upvote|downvote|award|save|follow|hide|unread|parent|next|prev|top|nach oben|editor'?s? pick"
    r"|loading\.{0,3}|comments?|kommentare?|commentaires?|comentarios?|(?:#|nr\. ?)?\d{1,6}\.?"
    r"|[+\-−–]?\d{1,6} ?(?:likes?|points?|votes?|punkte?|replies|reply))"
)
# Two labels need a mark or a space between them: otherwise a row of digits could be split in too many ways.
BUTTON = re.compile(rf"{_LABEL}(?:(?: ?[|·•,/] ?| ){_LABEL}){{0,7}}|[^\w]{{1,6}}", re.IGNORECASE)

_ELSEWHERE = re.compile(
    r"(?:(?:lesen sie|lies) (?:auch|dazu|hier)|auch interessant|mehr (?:zum thema|dazu|lesen)|siehe auch"
    r"|schon gelesen|das könnte (?:sie|dich|euch) auch interessieren|read (?:also|more|next)|also read|see also"
    r"|related (?:articles?|stories|posts)|you (?:may|might) also (?:like|be interested in)"
    r"|advertisement|anzeige|werbung|(?:lea|vea|lee|ver) también|te puede interesar|(?:à )?lire aussi|voir aussi"
    r"|leggi anche|czytaj (?:też|także|więcej)|zobacz (?:też|także|również)|lees ook"
    r"|leia também|veja também|(?:(?:follow|like|visit|find) us|(?:folgen|liken) sie uns) (?:on|bei|auf) (?:facebook"
    r"|twitter|x|instagram|youtube|linkedin|telegram|mastodon|google news|pinterest|tiktok))\b[\s:!?.–»-]*",
    re.IGNORECASE,
)
_LONGEST_TITLE = 160  # characters of the title of another article


def leads_elsewhere(text: str, links: Set[str]) -> bool:
    """Whether a line leads to another article: words such as "Read also", and after them nothing or a whole link.

    Args:
        text: The line.
        links: The texts of the page's links.

    >>> leads_elsewhere("Read also: The mill", {"The mill"}), leads_elsewhere("Read more slowly, and enjoy it.", set())
    (True, False)
    """
    match = _ELSEWHERE.match(text)
    if match is None or len(text) - match.end() > _LONGEST_TITLE:
        return False
    rest = text[match.end() :].strip()
    return not rest or rest in links or text in links
