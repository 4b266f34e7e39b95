"""The line that a forum puts into a post that was edited: who changed it, when, and how often."""

from __future__ import annotations

import re

from qa.sources.patterns.dates import ON, WHEN

# As phpBB, vBulletin, Invision, XenForo, SMF, MyBB and Discuz write it, in the languages that they are sold in.
_EDITED = (
    r"(?:(?:this\spost\s(?:has\sbeen|was)\s)?(?:last\s)?(?:edited|modified|edit)"
    r"|(?:dieser\sbeitrag\swurde\s)?(?:zuletzt\s|letzte\s)?(?:bearbeitet|geändert|änderung|bearbeitung)"
    r"|dernière\smodification|(?:modifiée?|éditée?)(?:\sen\sdernier)?"
    r"|última\sedición|editado(?:\s(?:por|pela)\súltima\svez)?|ultima\smodifica|modificato"
    r"|(?:laatst\s)?(?:gewijzigd|bewerkt|aangepast)|ostatnio\szmieniony|edytowan[eyo]"
    r"|senast\s(?:redigerad|ändrad)|本帖最[后後]由)"
)
_BY = r"(?:by|von|par|por|da|di|de|door|af|av|przez)"
_NAME = r"\S[^:\n]{0,58}?"
_BEFORE_DAY = re.compile(
    rf"[«(*\s]*{_EDITED}\s?:?(?:\s?{_BY}:?\s{_NAME}|\s{_NAME}(?=\s于|\s於))?\s?[;,]?"
    rf"\s?(?:{ON}|at|dnia|于|於)?\s?\(?(?:[^\W\d]{{2,4}}\.?,?\s)?",
    re.IGNORECASE,
)
_AFTER_DAY = re.compile(
    rf"(?:\s?,?\s{_BY}:?\s{_NAME})?"
    r"(?:\)?,?\s(?:[^\W\d]{2,12}\s){0,3}\d{1,4}(?:-mal|x)?(?:\s[^\W\d]{2,12}){0,4})?"  # "edited 2 times in total"
    r"(?:\s?编辑|\s?編輯)?[.»)*\s]*",
    re.IGNORECASE,
)
_DAY = re.compile(WHEN, re.IGNORECASE)
_LONGEST = 200  # characters; phpBB's longest, with a long name, has about 120


def is_edit_notice(text: str) -> bool:
    """Whether a whole line says when a post was edited, and nothing else.

    >>> is_edit_notice("Last edited by ann on Fri Jan 01, 2010 5:00 pm, edited 2 times in total.")
    True
    >>> is_edit_notice("Edited on May 3, 2019 to add that it runs.")
    False
    """
    text = " ".join(text[: _LONGEST + 1].split())
    day = _DAY.search(text) if len(text) <= _LONGEST else None
    if day is None:
        return False
    return bool(_BEFORE_DAY.fullmatch(text, 0, day.start()) and _AFTER_DAY.fullmatch(text, day.end()))
