"""Notices that software puts in the place of a comment that was removed: "[deleted]", "This comment was removed by …".

A notice is matched whole. "The answer is hidden in plain sight." is someone's words.
"""

from __future__ import annotations

import re

_STATES = (
    r"(?:deleted|removed|hidden|flagged|redacted|gelöscht|entfernt|gesperrt|ausgeblendet|versteckt|supprimée?|masquée?"
    r"|retirée?|eliminad[oa]|borrad[oa]|ocultad[oa]|removid[oa]|excluíd[oa]|apagad[oa]|eliminat[oa]|rimoss[oa]|cancellat[oa]"
    r"|usunięt[yae]|ukryt[yae]|verwijderd|verborgen|borttagen|slettet|fjernet|удал[её]но?|скрыто?)"
)
_THIS = r"(?:this|the|dieser|dieses|diese|der|die|ce|cet|cette|le|este|esta|el|questo|il|deze|dit|de|ten|ta|det|den)"
_POST = (
    r"(?:(?:user|reader)?\s?(?:comment|post|reply|message|answer|response)|kommentar|beitrag|antwort|nachricht|commentaire"
    r"|message|réponse|comentario|mensaje|respuesta|comentário|mensagem|commento|messaggio|risposta|komentarz|post|wpis"
    r"|reactie|bericht|kommentaren|kommentaren|inlägg|комментарий|сообщение)"
)
_WAS = (
    r"(?:has\sbeen|have\sbeen|was|is|wurde|ist|a\sété|est|ha\ssido|fue|foi|è\sstat[oa]|został[ao]?|is|werd|har\sblivit"
    r"|er\sblevet|был[оа]?)"
)
_WHO = (
    r"(?:(?:an?|the|its|our|einem?r?|dem|der|den|un|une|le|la|l'|el|uno|um|o|il|lo|de|het|een)[\s']?\s?)?"
    r"(?:blog[\s-]|forum[\s-]|site[\s-])?"
    r"(?:author|poster|user|commenter|owner|moderators?|moderation|administrators?|admins?|mods?|staff|editors?|community"
    r"|system|verfasser|autors?|autora|benutzer|redaktion|moderation|auteur|modérateur|administrateur|usuario|moderador"
    r"|administrador|usuário|gestor|autore|moderatore|amministratore|utente|redazione|beheerder|redactie|przez\sautora"
    r"|autora|moderatora|administratora|редакцией|автором|модератором)"
    r"(?:\s(?:of|des|der|du|de|del|do|van)\s(?:the\s|this\s|el\s|il\s)?(?:blog\w*|site|website|forum\w*))?"
)
_BY = rf"(?:\s(?:by|vom|von|durch|par|por|pelo|pela|da|dal|dall|door|przez|av|af)[\s']{_WHO})?"
# A reason is part of the notice if it names a rule; "because it rained" is someone's reason.
_REASON = (
    r"(?:,?\s(?:for|because|as|due|since|weil|da|wegen|aufgrund|pour|car|por|porque|per|perché|wegens|omdat)\b[^.!?]{0,60}"
    r"(?:rules?|guidelines?|polic(?:y|ies)|terms|standards|violat\w*|breach\w*|spam|abus\w*|netiquette|regeln"
    r"|richtlinien|nutzungsbedingungen|verstöß\w*|verstoß\w*|charte|règles|normas|reglas|condiciones|regole|norme|regels"
    r"|huisregels|voorwaarden)[^.!?]{0,40})?"
)
_NOTICE = re.compile(
    rf"\W*(?:\[?(?:{_STATES}|dead|comment\s{_STATES})\]?"
    rf"|(?:{_THIS}\s)?{_POST}(?:,[^.!?]{{1,60}},)?\s(?:{_WAS}\s)?(?:already\s|bereits\s)?{_STATES}{_BY}{_REASON}"
    rf"|(?:{_THIS}\s)?{_POST}\s{_WAS}{_BY}\s{_STATES}{_REASON}"
    rf"|{_STATES}[.:]\s.{{0,120}}\b(?:redaktion|moderation|moderator|administrator|editors?)\b.{{0,12}}"
    rf"|{_STATES}{_BY}|{_STATES}\s(?:comment|post|user|account))\W*",
    re.IGNORECASE,
)
# Characters; the longest notice seen on the pages of `web-pages` has 120.
_LONGEST = 200


def is_removal_notice(text: str) -> bool:
    """Whether a whole text is the notice of software that a comment was removed.

    >>> is_removal_notice("This comment has been removed by the author."), is_removal_notice("[deleted]")
    (True, True)
    >>> is_removal_notice("The answer is hidden in plain sight."), is_removal_notice("The post was removed in 1990.")
    (False, False)
    """
    return len(text) <= _LONGEST and bool(_NOTICE.fullmatch(" ".join(text.split())))
