"""The labels of the buttons around a comment, in the languages of the pages."""

from __future__ import annotations

import re

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

# A line that links to another article. A sentence that only begins like one is longer.
ELSEWHERE = re.compile(
    r"(?:(?:lesen sie|lies) (?:auch|dazu|hier)|auch interessant|mehr (?:zum thema|dazu|lesen)|siehe auch"
    r"|schon gelesen\?|das könnte (?:sie|dich|euch) auch|read (?:also|more|next)\b|also read|see also\b"
    r"|related (?:articles?|stories|posts)|you (?:may|might) also (?:like|be interested)|(?:follow|like|visit) us on"
    r"|advertisement$|anzeige$|werbung$|(?:lea|vea|lee|ver) también|te puede interesar|(?:à )?lire aussi|voir aussi"
    r"|leggi anche|czytaj (?:też|także|więcej)|zobacz (?:też|także|również)|lees ook|(?:folgen|liken) sie uns"
    r"|leia também|veja também)[\s:!?–-]?.{0,160}",
    re.IGNORECASE,
)
