"""The patterns of any source: dates, attributions, names, boilerplate, quotations, lines."""

from __future__ import annotations

import io
from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.sources.patterns.attribution import parse_attribution
from qa.sources.patterns.boilerplate import LineKind, line_kind, mark_boilerplate
from qa.sources.patterns.dates import before_time, date_line, day_of, is_time, iso_day
from qa.sources.patterns.lines import span_of, split_lines
from qa.sources.patterns.names import clean_name
from qa.sources.patterns.quotes import find_quotes, merge_spans

DAYS = st.dates(date(1971, 1, 1), date(2100, 12, 31))
WRITTEN = (
    "{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0:%d.%m.%Y}", "{0.day}. {0.month}. {0.year}",
    "{0:%B} {0.day}, {0.year}", "{0:%b} {0.day} {0.year}", "{0.day} {0:%B} {0.year}", "{0.day}th of {0:%B} {0.year}",
    "{0:%d-%b-%Y}", "{0:%A}, {0:%B} {0.day}, {0.year}", "{0:%a}, {0:%d} {0:%b} {0.year}",
)  # fmt: skip
"""The ways to write a day that are never ambiguous."""
CLOCKS = ("", " 10:04", ", 10:04", " at 10:04 am", " - 10:04:59", " um 10:04 Uhr", " à 10h04")


@given(DAYS, st.sampled_from(WRITTEN), st.sampled_from(CLOCKS))
def test_every_way_to_write_a_day_is_read_as_that_day(day: date, written: str, clock: str) -> None:
    line = written.format(day) + clock
    assert iso_day(line) == day_of(line) == day.isoformat()
    match = date_line(line)
    assert match is not None
    assert (match["when"], bool(match["clock"])) == (line, bool(clock))
    assert is_time(line)
    assert before_time(f"Ann Lee {line}") == "Ann Lee "


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(
    "names",
    [
        "January February March April May June July August September October November December",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    ],
)
def test_months_are_read_in_eight_languages(names: str, month: int) -> None:
    name = names.split()[month - 1]
    for written in (f"3 {name} 2011", f"3. {name.upper()} 2011", f"3 de {name} de 2011", f"{name} 3rd, 2011"):
        assert iso_day(written) == f"2011-{month:02}-03"


@pytest.mark.parametrize("year", [f"{year:02}" for year in range(100)])
def test_a_two_digit_year_is_read_as_posix_reads_it(year: str) -> None:
    expected = datetime.strptime(f"31/12/{year}", "%d/%m/%y").date()
    # Years before 1971 are left out: 1970-01-01 is how software writes "no date".
    assert iso_day(f"31/12/{year}") == (expected.isoformat() if expected.year > 1970 else None)


def test_the_century_of_a_two_digit_year() -> None:
    assert [iso_day(f"31/12/{year}") for year in ("99", "71", "00", "15")] == [
        "1999-12-31", "1971-12-31", "2000-12-31", "2015-12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/04/2011", None), ("03-04-2011", None), ("04/04/2011", "2011-04-04"), ("13/04/2011", "2011-04-13"),
        ("04/13/2011", "2011-04-13"), ("03.04.2011", "2011-04-03"), ("31.02.2011", None), ("13/13/2011", None),
        ("1299146644", "2011-03-03"), ("1299146644000", "2011-03-03"), ("1970-01-01", None), ("2101-01-01", None),
        ("3 auguſt 2011", None), ("", None), (None, None), ("x" * 100 + " 2011-03-03", None),
    ],
)  # fmt: skip
def test_ambiguous_and_impossible_days_are_rejected(text: str | None, day: str | None) -> None:
    assert iso_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "3 hours ago", "an hour ago", "about a year ago", "2 mo ago", "yesterday", "just now", "vor 3 Stunden",
        "vor einem Jahr", "il y a 2 ans", "hace una semana", "há 3 dias", "3 dagen geleden", "2 giorni fa",
        "5 godzin temu", "3 horas atrás", "Gestern",
    ],
)  # fmt: skip
def test_a_relative_time_is_a_time_without_a_day(text: str) -> None:
    match = date_line(text)
    assert match is not None and match["ago"] == text
    assert is_time(f"Ann {text}") and iso_day(text) is None


@pytest.mark.parametrize(
    "text", ["Fantasy und Fakten", "vor und nach", "True and false friends", "3 Leute", "May", "2011", "1.5", "heute"]
)
def test_words_and_numbers_are_not_times(text: str) -> None:
    assert not is_time(text) and date_line(text) is None and before_time(text) == text


@given(st.text(max_size=200))
def test_any_text_is_read_as_a_day_or_as_none(text: str) -> None:
    for day in (iso_day(text), day_of(text)):
        assert day is None or date.fromisoformat(day).isoformat() == day


@pytest.mark.parametrize(
    "verb", ["says", "wrote", "replied", "sagte", "schrieb", "a écrit", "escribió", "ha scritto", "schreef", "napisała"]
)
def test_one_list_of_verbs_serves_attributions_quotations_and_names(verb: str) -> None:
    match = parse_attribution(f"Ann Lee {verb}:")
    assert match is not None and match.who.author == "Ann Lee"
    text = f"Ann Lee {verb}:\n> It rains.\nNo."
    assert [text[start:end] for start, end in find_quotes(text)] == [f"Ann Lee {verb}:\n> It rains."]
    assert clean_name(f"Ann Lee {verb}:") == "Ann Lee"


@pytest.mark.parametrize(
    ("line", "author", "day"),
    [
        ("Jane Doe says:", "Jane Doe", None),
        ("On Mon, May 2, 2011 at 9:00 AM, Jane Doe wrote:", "Jane Doe", "2011-05-02"),
        ("Posted by Jane Doe on March 3, 2011", "Jane Doe", "2011-03-03"),
        ("geschrieben von jane am 21. Jan. 2015, 19:04", "jane", "2015-01-21"),
        ("Jane Doe | 3 mars 2011", "Jane Doe", "2011-03-03"),
        ("jane 5 points 3 hours ago", "jane", None),
    ],
)
def test_an_attribution_names_the_author_and_the_day(line: str, author: str, day: str | None) -> None:
    match = parse_attribution(line)
    assert match is not None and (match.who.author, match.who.date) == (author, day)


@pytest.mark.parametrize(
    "line",
    [
        "Saturday, May 2, 2015", "Samstag, 2. Mai 2015", "am 2. Mai 2015", "Er sagte:", "She wrote:",
        "9526 | 2015-05-02", "Ann, 3 May 1975", "It was posted by no one.",
    ],
)  # fmt: skip
def test_a_day_a_pronoun_or_a_number_is_not_an_author(line: str) -> None:
    assert parse_attribution(line) is None


@pytest.mark.parametrize("name", ["Co-op", "Jagdfakten.at", "Truro and Falmouth", "Lese\xadzei\xadchen"])
def test_a_name_is_not_cut_inside_a_word(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Your email address will not be published. Required fields are marked *", LineKind.FORM),
        ("(Visited 3,568 times, 2 visits today)", LineKind.BOILERPLATE | LineKind.COUNTER),
        ("Reply Share ›", LineKind.BOILERPLATE),
        ("Report", LineKind.BUTTON),
        ("© 2011 Lily", LineKind.FOOTER),
        ("# Report", LineKind.CONTENT),
        ("They submit a comment to the agency.", LineKind.CONTENT),
    ],
)
def test_the_wording_of_a_line_says_its_kind(line: str, kind: LineKind) -> None:
    assert line_kind(line) == kind


def test_a_button_label_is_boilerplate_next_to_boilerplate_and_at_the_end_of_a_comment() -> None:
    assert mark_boilerplate(["Report", "It rains.", "12 views", "Print"], comment=False) == [False, False, True, True]
    assert mark_boilerplate(["Report", "It rains.", "Print"], comment=False) == [False, False, False]
    assert mark_boilerplate(["Report", "It rains.", "Print", "Reply"], comment=True) == [False, False, True, True]
    assert mark_boilerplate(["12 views", "It rains."], comment=False) == [False, False]
    assert mark_boilerplate(["12 views"], comment=False) == [True]


@given(st.text(alphabet=st.sampled_from("a \t\r\n\x0b\u2028")))
def test_lines_are_slices_and_only_line_breaks_are_left_out(text: str) -> None:
    lines = split_lines(text)
    assert all(line.text == text[line.start : line.end] for line in lines)
    assert "".join(line.text for line in lines) == text.replace("\r", "").replace("\n", "")
    assert [line.text for line in lines] == [line.rstrip("\r\n") for line in _keeping_breaks(text)]
    span = span_of(lines)
    assert ("" if span is None else text[slice(*span)]) == text.strip()


def _keeping_breaks(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_merged_spans_cover_the_same_characters_and_lie_apart(spans: list[tuple[int, int]]) -> None:
    merged = merge_spans(spans)
    assert {index for span in merged for index in range(*span)} == {index for span in spans for index in range(*span)}
    assert all(end < start for (_, end), (start, _) in pairwise(merged))


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Пт окт 07, 2011 8:23", "2011-10-07"), ("2 мая 2012", "2012-05-02"), ("2012年3月2日(金) 9:12", "2012-03-02"),
        ("2012년 3월 2일", "2012-03-02"), ("den 12 augusti 2011 kl. 10:00", "2011-08-12"),
        ("12. desember 2011", "2011-12-12"), ("3 Ekim 2011, 10:00", "2011-10-03"),
        ("7. října 2011", "2011-10-07"), ("5. marts 2011", "2011-03-05"),
    ],
)  # fmt: skip
def test_days_in_other_languages(line: str, day: str) -> None:
    assert iso_day(line) == day
