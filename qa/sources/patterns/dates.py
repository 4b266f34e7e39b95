"""Dates and times as pages, lines of text and exports write them: one grammar, in the languages of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

_MONTHS = {
    1: "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari styczeń stycznia sty",
    2: "feb february februar février févr fevrier febrero febbraio fevereiro fev februari luty lutego lut",
    3: "mar march märz mär mrz mars marzo março maart mrt marzec marca",
    4: "apr april avril avr abril abr aprile kwiecień kwietnia kwi",
    5: "may mai mayo maggio mag maio mei maj maja",
    6: "jun june juni juin junio giugno giu junho czerwiec czerwca cze",
    7: "jul july juli juillet juil julio luglio lug julho lipiec lipca lip",
    8: "aug august août aout agosto ago augustus sierpień sierpnia sie",
    9: "sep sept september septembre septiembre settembre set setembro wrzesień września wrz",
    10: "oct october oktober okt octobre octubre ottobre ott outubro out październik października paź",
    11: "nov november novembre noviembre novembro listopad listopada lis",
    12: "dec december dezember dez décembre déc decembre diciembre dic dicembre dezembro grudzień grudnia gru",
}
# Read, but not among the words that a day is searched by.
_OTHER_MONTHS = {
    1: "ocak январь января янв led ledna",
    2: "şubat февраль февраля фев úno února",
    3: "marts mart март марта мар bře března",
    4: "nisan апрель апреля апр dub dubna",
    5: "mayıs май мая kvě května",
    6: "haziran июнь июня июн června",
    7: "temmuz июль июля июл čvc července",
    8: "augusti ağustos август августа авг srp srpna",
    9: "eylül сентябрь сентября сен сент zář září",
    10: "ekim октябрь октября окт říj října",
    11: "kasım ноябрь ноября ноя listopadu",
    12: "desember aralık декабрь декабря дек prosince",
}
_WEEKDAYS = (
    "mon tue tues wed thu thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday"
    " montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
    " lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo"
    " lunedì martedì mercoledì giovedì venerdì sabato domenica segunda-feira terça-feira quarta-feira quinta-feira"
    " sexta-feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
    " poniedziałek wtorek środa czwartek piątek sobota niedziela"
)
_UNITS = (
    "s sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days w wk wks week weeks"
    " mo mos month months y yr yrs year years"
    " sek sekunde sekunden minuten std stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre"
    " jahren seconde secondes heure heures jour jours semaine semaines mois an ans"
    " segundo segundos minuto minutos hora horas día días dia dias semana semanas mes meses mês año años ano anos"
    " secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni"
    " seconden uur dag dagen weken maand maanden jaar"
    " sekund sekundy minut minuty godzin godziny godzinę dni dzień tydzień tygodni tygodnie miesiąc miesiące miesięcy"
    " rok lat lata"
)
_SMALL_NUMBERS = "a an one two three four five six seven eight nine ten eine einem einer un una uno une"


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first, so that none ends early inside another."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


_MONTH_OF = {name: month for months in (_MONTHS, _OTHER_MONTHS) for month in months for name in months[month].split()}
_MONTH = _any_of(_MONTH_OF)
_DAYS = (
    r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)",
    r"(?<!\d)\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s?(?:de\s|of\s|-)?\s?{_MONTH}\b\.?,?\s?-?(?:de\s|del\s)?'?\d{{4}}",
    rf"\b{_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}",
    r"(?<!\d)\d{1,2}(?P<separator>[./-])\s?\d{1,2}(?P=separator)\s?(?:\d{4}|\d{2})(?!\d)",
)
"""A day with its month and year, the surest form first: 2011-03-31, 31 March 2011, March 31 2011, 31/3/11."""
_CLOCK = r"(?<!\d)\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?!\d)(?:\s?[ap]\.?m\.?)?(?:\s(?:uhr\b|(?-i:[A-Z]{2,4}))|Z)?"
_SPAN = rf"(?:\d+\s?|{_any_of(_SMALL_NUMBERS.split())}\s){_any_of(_UNITS.split())}\b"
_AFTER_SPAN = r"ago|geleden|fa|temu|atrás"
_BEFORE_SPAN = r"vor|il\sy\sa|hace|há"
_LATELY = r"yesterday|just\snow|gestern|hier\sà|ayer"
_AGO = (
    rf"\b(?:(?:about|over|almost|nearly)\s)?{_SPAN}\.?\s(?:{_AFTER_SPAN})\b"
    rf"|\b(?:{_BEFORE_SPAN})\s{_SPAN}|\b(?:{_LATELY})\b"
)
_WEEKDAY = rf"\b{_any_of(_WEEKDAYS.split())}\.?,?\s"
_BEFORE_CLOCK = r"(?:,|at|um|à|a\slas|alle|ore|às|om|@|-|–|T)"

ON = r"(?:on|am|le|el|il|op|em)"
"""The word before a day: "on 3 May", "am 3. Mai"."""
WHEN = rf"(?P<when>(?:{_WEEKDAY})?(?:{'|'.join(_DAYS)})(?:\s?{_BEFORE_CLOCK}?\s?(?P<clock>{_CLOCK}))?|(?P<ago>{_AGO}))"
"""A pattern for a day, with its hour or without, or a time gone by, in a line with single spaces."""
MAY_NAME_TIME = rf"\d[/.:h-]\s?\d|\d{{4}}|\b(?:{_AFTER_SPAN}|{_BEFORE_SPAN}|{_LATELY})\b"
"""A quick pattern that matches in every text with a day, an hour or a time gone by."""

_DAY_PATTERNS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _DAYS)
_MONTH_NAME = re.compile(_MONTH, re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")
# An hour alone; with a dot between its numbers it needs a word that says so, because "2.50" is a price.
_HOUR = (
    r"(?<![\d.:])(?:[01]?\d|2[0-3])"
    r"(?:[:h][0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?m\b\.?)?|[.:][0-5]\d\s?(?:[ap]\.?m\b\.?|uhr\b))(?!\d)"
)
_TIME = re.compile(rf"{WHEN}|{_HOUR}", re.IGNORECASE)
# The words around a day in the line of a page's software.
_AROUND_TIME = re.compile(
    r"\W+|\d+|_+"
    r"|\b(?:posted|commented|written|submitted|published|added|created|edited|updated|modified|answered|asked|replied"
    r"|on|at|the|by|from|of|via|date|time|says?|said|wrote|writes|reply|re|permalink|link|comment|post|no|nr|and|to"
    r"|am|um|uhr|von|vom|den|der|geschrieben|verfasst|schrieb|schreibt|sagte?|meinte?|antwort"
    r"|antworten|bearbeitet|kommentar|beitrag"
    r"|le|la|à|par|publiée?|postée?|écrit|dit|a|répondre|el|las|los|de|del|por|publicado|escribió|dijo|dice|il|alle|ore"
    r"|da|scritto|ha|disse|em|às|op|om|door|geplaatst|schreef|dodano|dnia|przez|napisał\w*|o|godz|pm|gmt|utc|est|edt"
    r"|pst|pdt|cet|cest|h)\b"
    rf"|\b{_any_of(_WEEKDAYS.split())}\b"
    r"|\b(?:mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|zo|ma|wo|vr|za)\b"
    r"|於|于|回[覆复]|[發发]表|[說说]|在|年|月|日",
    re.IGNORECASE,
)
_MAY_NAME_TIME = re.compile(MAY_NAME_TIME, re.IGNORECASE)
_LINKS = r"(?:\s?[|·•#-]?\s?(?:reply|permalink|link|edit|edited|#\d*))*"
_DATE_LINE = re.compile(rf"(?:(?:posted|commented)\s)?(?:{ON}\s)?{WHEN}\s?[.:]?{_LINKS}", re.IGNORECASE)
_NUMERIC_DAY = re.compile(r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?:\d{4}|\d{2})(?!\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_ISO_CLOCK = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]((?:[01]\d|2[0-3]):[0-5]\d)")
_SECONDS = re.compile(r"\s*\d{9,10}(?:\.\d+)?\s*")
_LONG_NUMBER = re.compile(r"\d{5}")

# POSIX's rule for `strptime("%y")`: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068. A fixed pivot, so that a
# file reads the same in any year.
_FIRST_TWO_DIGIT_YEAR_OF_1900S = 69
# Software writes 1970-01-01 where it has no date, and no post is from later than this century.
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 2100
# A text that names a day is a label; a longer one is prose.
_LONGEST_LABEL, _LONGEST_LINE, _LONGEST_FIELD = 100, 120, 60


DayOrder = Literal["day first", "month first"]


def iso_day(text: str | None, order: DayOrder | None = None) -> str | None:
    """Find a day with its month and year in a label, a line or an attribute, in any language of the grammar.

    A text of ten or thirteen digits is seconds or milliseconds since 1970. Two-digit years follow POSIX.

    Args:
        text: Only its first 100 characters are read.
        order: What the first number of 03/04/2011 is, if that is known.

    Returns:
        YYYY-MM-DD; None if the text names no day, or one that is ambiguous (03/04/2011) or impossible.

    >>> iso_day("am 3. März 2011 um 12:04"), iso_day("2011-03-03T10:00:00Z"), iso_day("31/12/99")
    ('2011-03-03', '2011-03-03', '1999-12-31')
    >>> iso_day("03/04/2011"), iso_day("today")
    (None, None)
    """
    text = (text or "")[:_LONGEST_LABEL].strip()
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    if not _MAY_NAME_TIME.search(text):
        return None
    match = next((match for pattern in _DAY_PATTERNS if (match := pattern.search(text))), None)
    return _iso(match[0], order) if match else None


def day_order(texts: Iterable[str]) -> DayOrder | None:
    """How these texts write days such as 03/04/2011: shown by a number above 12, unless they contradict each other.

    >>> day_order(["03/04/2011", "03/31/2011"]), day_order(["03/04/2011"])
    ('month first', None)
    """
    orders: set[DayOrder] = set()
    for text in texts:
        for match in _NUMERIC_DAY.finditer(text[:_LONGEST_LABEL]):
            first, second = int(match["first"]), int(match["second"])
            if first > 12 >= second:
                orders.add("day first")
            elif second > 12 >= first:
                orders.add("month first")
    return orders.pop() if len(orders) == 1 else None


def day_of(value: object) -> str | None:
    """Read the date field of an export: a day, with its time or without, or seconds since 1970.

    Args:
        value: Whatever the field holds: a string, a number, None or anything else.

    Returns:
        YYYY-MM-DD; None if there is no such day, as for the year 0 or 30000 or for 31 February.

    >>> day_of("2015-03-03T23:59:59Z"), day_of(1425340800), day_of("Tue, 03 Mar 2015 00:00:00 +0000")
    ('2015-03-03', '2015-03-03', '2015-03-03')
    >>> day_of("0000-00-00 00:00:00"), day_of("30000-01-01"), day_of(1e30), day_of(None)
    (None, None, None, None)
    """
    if isinstance(value, str):
        if len(value) > _LONGEST_FIELD:
            return None
        if match := _ISO.match(value):
            return _calendar_day(*map(int, match.groups()))
        if not _SECONDS.fullmatch(value):
            return None if _LONG_NUMBER.search(value) else iso_day(value)
        value = float(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def clock_of(value: object) -> str | None:
    """Read the time of day in the date field of an export, at the place that it was written for.

    >>> clock_of("2024-03-02T09:05:10+01:00"), clock_of(1425383999), clock_of("1425383999.0002"), clock_of("2024-03-02")
    ('09:05', '11:59', '11:59', None)
    """
    if isinstance(value, str):
        match = _ISO_CLOCK.match(value[:_LONGEST_FIELD])
        if match or not _SECONDS.fullmatch(value[:_LONGEST_FIELD]):
            return match and match[1]
        value = float(value)
    if day_of(value) is None or not isinstance(value, (int, float)):
        return None
    return datetime.fromtimestamp(value, UTC).strftime("%H:%M")


def date_line(line: str) -> re.Match[str] | None:
    """Match a line that holds a date and nothing else, such as the line under "Ann says:".

    Returns:
        A match with the groups of `WHEN`: `when`, `clock` and `ago`; None for any other line.

    >>> bool(date_line("May 2, 2015 at 10:00 am")), bool(date_line("Samstag, 2. Mai 2015 um 10:00 Uhr"))
    (True, True)
    >>> bool(date_line("In May 2, 2015 was a day."))
    False
    """
    return _date_line(line) if len(line) <= _LONGEST_LINE and _MAY_NAME_TIME.search(line) else None


def is_time(text: str) -> bool:
    """Whether a label names a time: a day, an hour, "3 hours ago".

    >>> is_time("vor 3 Stunden"), is_time("10.03.2011, 10:04"), is_time("Lovely.")
    (True, True, False)
    """
    text = text.strip()
    return len(text) <= _LONGEST_LABEL and bool(_find_time(text))


def is_time_label(text: str, name: str | None = None) -> bool:
    """Whether a text is a day or an hour, the words that software puts around one, and `name`, and nothing else.

    >>> is_time_label("Posted by Ann on 3 May 2011, 10:04", "Ann"), is_time_label("Reply #2 on: May 03, 2011")
    (True, True)
    >>> is_time_label("I sold mine yesterday."), is_time_label("It was 2.50 too much")
    (False, False)
    """
    text = " ".join(text.split())
    if not is_time(text):
        return False
    rest = text.replace(name, " ") if name else text
    return not _AROUND_TIME.sub("", _TIME.sub(" ", rest))


def before_time(text: str) -> str:
    """The part of a text before its first day or hour; all of it if there is none.

    >>> before_time("Ann Lee 12 May 2018, 10:04")
    'Ann Lee '
    """
    match = _find_time(text)
    return text[: match.start()] if match else text


def _find_time(text: str) -> re.Match[str] | None:
    return _TIME.search(text) if _MAY_NAME_TIME.search(text) else None


@lru_cache(1 << 14)
def _date_line(line: str) -> re.Match[str] | None:
    return _DATE_LINE.fullmatch(" ".join(line.split()))


def _iso(day_text: str, order: DayOrder | None) -> str | None:
    """The ISO form of a whole match of one of `_DAYS`."""
    numbers = _NUMBERS.findall(day_text)
    if name := _MONTH_NAME.search(day_text):
        day, year = numbers
        # `re.IGNORECASE` lets "auguſt" and "aprıl" match, which are not months: month 0 gives no day.
        return _post_day(int(year), _MONTH_OF.get(name[0].lower(), 0), int(day))
    if len(numbers[0]) == 4:
        return _post_day(*map(int, numbers))
    first, second, year = map(int, numbers)
    if len(numbers[2]) == 2:
        year += 1900 if year >= _FIRST_TWO_DIGIT_YEAR_OF_1900S else 2000
    if "." in day_text or first > 12 or first == second or (order == "day first" and second <= 12):
        return _post_day(year, second, first)
    return _post_day(year, first, second) if second > 12 or order == "month first" else None


def day_in_words(day: str) -> str:
    """A day in ISO 8601 with the words that people may call it by, in the languages of the grammar.

    >>> day_in_words("2012-03-04T10:00")[:30], day_in_words("2012")
    ('2012-03-04 4 mar march märz mä', '2012')
    """
    parts = day.partition("T")[0].split("-")
    month = _MONTHS.get(int(parts[1]), "") if len(parts) > 1 and parts[1].isdecimal() else ""
    number = parts[2].lstrip("0") if len(parts) > 2 else ""
    return " ".join(filter(None, ("-".join(parts), number, month)))


def _post_day(year: int, month: int, day: int) -> str | None:
    return _calendar_day(year, month, day) if _EARLIEST_YEAR <= year <= _LATEST_YEAR else None


def _calendar_day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
