"""The mail under a reply, as Outlook, Yahoo, Hotmail, Gmail and Apple Mail quote it without marks on its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.sources.patterns.introductions import dated_introduction
from qa.sources.patterns.lines import Line, is_rule, split_lines
from qa.types import Span

_MESSAGES = (
    r"(?:original\s(?:message|appointment)|forwarded\smessage|forwarded\sby\s.{1,80}|(?:ursprüngliche|original)-?\s?nachricht"
    r"|weitergeleitete\snachricht|message\s(?:d['’]origine|original|transféré)|courriel\soriginal|mensaje\s(?:original|reenviado)"
    r"|mensagem\s(?:original|encaminhada)|messaggio\s(?:originale|inoltrato)|oorspronkelijk\sbericht|doorgestuurd\sbericht"
    r"|original(?:t\s)?meddelande|ursprungligt\smeddelande|vidarebefordrat\smeddelande|(?:oprindelig|original)\smeddelelse"
    r"|opprinnelig\smelding|videresendt\s(?:meddelelse|melding)|alkuperäinen\sviesti|(?:wiadomość|oryginalna)\s(?:oryginalna"
    r"|wiadomość|przekazana)|исходное\sсообщение|пересылаемое\sсообщение|eredeti\süzenet|původní\szpráva|orijinal\s(?:mesaj|ileti)"
    r"|原始邮件|原始郵件|转发的?邮件|元のメッセージ|원본\s메시지)"
)
_BEGIN = (
    r"(?:begin\sforwarded\smessage|anfang\sder\sweitergeleiteten\s(?:nachricht|e-?mail)|début\sdu\smessage\s(?:réexpédié|transféré)"
    r"|inicio\sdel\smensaje\sreenviado|inizio\s(?:del\s)?messaggio\sinoltrato|begin\sdoorgestuurd\sbericht"
    r"|início\sda\smensagem\sreencaminhada|vidarebefordrat\sbrev|开始转发的邮件)"
)
_DASHED = re.compile(
    rf"[ \t]*(?:[-_]{{2,}}[ \t]*{_MESSAGES}[ \t]*[-_]{{2,}}.*|{_BEGIN}[ \t]*[:：][ \t]*)", re.IGNORECASE
)
_MAY_QUOTE = re.compile(r"--|__|begin|anfang|début|inicio|início|inizio|vidare|开始|[:：]", re.IGNORECASE)
_SENDER = (
    "from von de da van från fra od от lähettäjä feladó gönderen kimden από 发件人 寄件者 差出人 보낸사람 odesílatel"
)
_SENT = (
    "sent date gesendet datum envoyé enviado enviado·el fecha enviada·em enviada data inviato verzonden skickat sendt"
    " dato wysłano wysłane отправлено дата lähetetty päivämäärä elküldve dátum gönderildi tarih odesláno 发送时间 日期"
    " 送信日時 寄件日期 보낸날짜 date·d’envoi gesendet·am"
)
_TO = "to an à a para aan till til do кому vastaanottaja címzett kime komu pro 收件人 宛先 받는사람"
_SUBJECT = (
    "subject betreff objet asunto assunto oggetto onderwerp ämne emne temat тема aihe tárgy konu předmět"
    " 主题 主旨 件名 제목"
)
_COPY = "cc kopie kopia kopi copie копия cci reply-to antwort·an 抄送"


def _named(names: str) -> re.Pattern[str]:
    words = "|".join(re.escape(name).replace("·", r"\s") for name in names.split())
    return re.compile(rf"[ \t>|*_]{{0,6}}(?:{words})[ \t\xa0]?\*{{0,2}}[ \t]?[:：].*", re.IGNORECASE)


_FIELDS = tuple(map(_named, (_SENDER, _SENT, _TO, _SUBJECT, _COPY)))
_ALL_FIELDS = frozenset({0, 1, 2, 3})  # sender, day, receiver, subject
# Two fields under "From:" make a header; one can be an item of a list. Outlook writes at most one more than these five.
_FEWEST_FIELDS, _MOST_FIELDS = 2, 7
_LONGEST = 300  # characters of a line; a header with ten addresses is longer, but not the first


def find_quoted_mail(text: str) -> tuple[Span, ...]:
    """Find the mail that stands under a reply: at most one span, up to the end of the text.

    >>> find_quoted_mail("No.\\n\\nFrom: Ann\\nSent: Tuesday\\nTo: Bob\\nSubject: Rain\\n\\nIt rains.")
    ((5, 61),)
    """
    if not _MAY_QUOTE.search(text):
        return ()
    lines = split_lines(text)
    for index, line in enumerate(lines):
        if line.blank or len(line.text) > _LONGEST:
            continue
        if _DASHED.fullmatch(line.text) or _is_header(lines, index) or _introduces_the_rest(lines, index):
            return ((lines[_with_rule(lines, index)].start, len(text)),)
    return ()


def find_forwarded(lines: Sequence[Line], end: int) -> Iterator[Span]:
    """Find a line such as "-----Original Message-----" and everything up to the end of the text."""
    for line in lines:
        if len(line.text) <= _LONGEST and _DASHED.fullmatch(line.text):
            yield line.start, end
            return


def _is_header(lines: Sequence[Line], index: int) -> bool:
    """Whether the header of a mail begins on a line: its sender, and at least two other fields below.

    A header in another order, as Hotmail writes it, has a day, a sender, a receiver and a subject, and nothing above.
    """
    is_sender = bool(_FIELDS[0].fullmatch(lines[index].text))
    if not is_sender and not (_FIELDS[1].fullmatch(lines[index].text) and (not index or lines[index - 1].blank)):
        return False
    found: set[int] = set() if is_sender else {1}
    for line in [line for line in lines[index + 1 : index + 1 + 2 * _MOST_FIELDS] if not line.blank][:_MOST_FIELDS]:
        field = next((number for number, field in enumerate(_FIELDS) if field.fullmatch(line.text[:_LONGEST])), None)
        if field is None:
            break
        found.add(field)
    return len(found - {0}) >= _FEWEST_FIELDS if is_sender else found >= _ALL_FIELDS


def _introduces_the_rest(lines: Sequence[Line], index: int) -> bool:
    """Whether "On …, Ann <ann@…> wrote:" stands above the rest of the text, which has no marks of its own."""
    end = dated_introduction(lines, index)
    if end is None or "@" not in " ".join(line.text for line in lines[index:end]):
        return False
    following = next((line.text for line in lines[end:] if not line.blank), ">")
    return not following.lstrip().startswith(">")


def _with_rule(lines: Sequence[Line], index: int) -> int:
    """The line of the drawn rule just above a quoted mail, which belongs to it; `index` if there is none."""
    above = index - 1
    while above >= 0 and lines[above].blank:
        above -= 1
    return above if above >= 0 and is_rule(lines[above].text) else index
