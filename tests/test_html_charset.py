"""The charset of a saved page: what it declares, what browsers take that for, and what is right."""

from __future__ import annotations

import pytest
from saved_pages import read_thread

UMLAUTS = "Über die Größe des Gehäuses wurde lange gestritten, bis es für alle paßte."


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("nonsense", "utf-8"),
     ("hex", "utf-8"), ("utf-16", "utf-8"), ("utf-8", "utf-16")],
)  # fmt: skip
def test_a_wrong_charset_declaration_is_ignored(declared: str, encoding: str) -> None:
    markup = f'<html><head><meta charset="{declared}"></head><body><p>{UMLAUTS}</p></body></html>'
    assert read_thread(markup.encode(encoding)).text == UMLAUTS


def test_a_right_charset_declaration_is_followed() -> None:
    text = "Объектив был сделан в Зольмсе, и никто не знает, сколько их осталось."
    markup = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head><body><p>{text}</p></body></html>'
    assert read_thread(markup.encode("koi8-r")).text == text


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("gb2312", "gbk", "朱镕基在张家口看了一场话剧，许多观众流下感动的泪水。"),
        ("shift_jis", "cp932", "①このレンズは誰も知らないほど重く、長い間に忘れられた。"),
        ("ks_c_5601-1987", "cp949", "펲시를 마시며 오래된 렌즈를 보았다. 아무도 그것을 모른다."),
    ],
)
def test_a_charset_label_means_what_browsers_take_it_for(declared: str, encoding: str, text: str) -> None:
    markup = f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'
    assert read_thread(markup.encode(encoding)).text == text
