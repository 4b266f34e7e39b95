"""Bytes to text."""

from __future__ import annotations

import os

import pytest

import qa
from qa.sources.decode import decode

SAMPLES = {
    "latin-1": "Le café était fermé à cause de la grève, et les élèves sont restés à la maison.",
    "cp1252": "It’s a “quote” — the naïve café costs £799 and €5.",
    "cp1250": "Zażółć gęślą jaźń. Wszystko będzie dobrze, powiedział łódzki żołnierz.",
    "cp1251": "Привет, это обычный русский текст про объективы Лейка и их производство.",
    "shift_jis": "これは日本語の文章です。レンズはゾルムスで作られています。",
    "utf-16": "With a byte order mark, ünd Umlaut.",
    "utf-16-le": "Without a byte order mark.",
    "utf-16-be": "Without a byte order mark.",
    "utf-32": "Rare, and yet.",
    "utf-8-sig": "With a mark.",
    "utf-8": "Ελληνικά 😀 \u202ebidi\u202c and a \x00 NUL\r\nkept",
}


@pytest.mark.parametrize(("encoding", "text"), SAMPLES.items())
def test_text_comes_back_whole(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, bytes(1000), os.urandom(4000)]
)
def test_what_is_not_text_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(qa.SourceError, match=r"'picture\.txt' is not text"):
        decode(data, "picture.txt")


def test_damaged_utf8_is_not_taken_for_something_older() -> None:
    data = ("Größe und Übermut über alles. " * 3).encode() + b"\xff end"
    with pytest.raises(qa.SourceError, match=r"is UTF-8 but for 1 places, the first at byte 102"):
        decode(data, "a.txt")


def test_a_broken_mark_is_told() -> None:
    with pytest.raises(qa.SourceError, match="breaks off that encoding at byte"):
        decode(b"\xef\xbb\xbfgood \xff", "a.txt")
