"""Decoding bytes of unknown and of declared encoding."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

import qa
from qa.sources.decode import decode, decode_labelled, decode_reporting

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
def test_every_encoding_is_recognised(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, bytes(1000), os.urandom(4000)]
)
def test_binary_data_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(qa.SourceError, match=r"'picture\.txt' is not text"):
        decode(data, "picture.txt")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_bad_byte_in_utf8_is_replaced_and_reported(mark: bytes) -> None:
    words = "Größe und Übermut über alles. " * 3
    text, damage = decode_reporting(mark + words.encode() + b"\xff end", "a.txt")
    assert text == f"{words}\ufffd end"
    assert "is UTF-8 except for one place, the first at byte" in str(damage)
    assert decode_reporting(words.encode(), "a.txt") == (words, None)


def test_a_text_with_a_bad_byte_is_read_in_part(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Größe und Übermut über alles".encode() + b"\xff end")
    with pytest.warns(qa.SourceWarning, match="except for one place"):
        (thread,) = qa.read(file)
    assert thread.text == "Größe und Übermut über alles\ufffd end"
    assert thread.original == hashlib.sha256(file.read_bytes()).hexdigest()


def test_utf_16_cut_off_in_a_character_is_refused() -> None:
    with pytest.raises(qa.SourceError, match="is not valid in that encoding at byte"):
        decode(b"\xff\xfea\x00b", "a.txt")


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-8859-1", b"It\x92s \x80 5", "It’s € 5"),
        ("US-ASCII", b"caf\xe9", "café"),
        ("gb2312", "鎔".encode("gbk"), "鎔"),  # not in GB 2312
        ("shift_jis", b"\x87\x40", "①"),  # NEC's extension, not in Shift JIS
        (" X-SJIS ", "レンズ".encode("shift_jis"), "レンズ"),
        ("koi8-r", "линза".encode("koi8-r"), "линза"),
        ("utf-7", b"Gr+APwA3w-e", "Grüße"),
        ("iso-2022-kr", "렌즈".encode("iso-2022-kr"), "렌즈"),
        ("utf-8", b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße"),
        ("utf-16", "Grüße".encode("utf-16-le"), "Grüße"),
        ("iso-8859-1", "Grüße".encode("utf-16"), "Grüße"),
        ("utf-8", b"Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"),
        ("hex", b"67", "67"),
        ("no such thing", "Grüße".encode(), "Grüße"),
        ("a\x00", b"67", "67"),
    ],
)
def test_a_charset_label_means_what_it_means_to_browsers(label: str, data: bytes, text: str) -> None:
    assert decode_labelled(data, label, "a.txt") == text
