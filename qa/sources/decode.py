"""Bytes to text: UTF-8 where it is UTF-8, else the encoding that the bytes speak for, else a clear no."""

from __future__ import annotations

import codecs
import re

from qa.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16
_MOST_CONTROL_CHARACTERS = 0.02
_MOST_ACCENTS = 0.4
_GOOD_FOR_ONE_BAD = 5
_WESTERN = re.compile(r"[\x00-\x7f\xa0-\xffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]*")
_SIGN_INSIDE_WORD = re.compile(r"[^\W\d_][¡-¿×÷†‡•…‰‹›€™][^\W\d_]")


def decode(data: bytes, name: str) -> str:
    """Return the text that `data` holds, every line break kept as it is.

    Tried in turn: a byte order mark, UTF-16 without one, UTF-8, Windows-1252 (which holds Latin-1), then the best
    guess of charset-normalizer.

    Raises SourceError, naming the source, where the bytes are not text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decode_as(data, encoding, name), name)
    unmarked = _utf16_without_mark(data[:_SAMPLE])
    if unmarked:
        return _checked(_decode_as(data, unmarked, name), name)
    try:
        return _checked(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, error.start, name)
        return _checked(_guess(data, name), name)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name!r} begins as {encoding.upper()} and breaks off that encoding at byte {error.start}; "
            "save it again as UTF-8"
        ) from error


def _utf16_without_mark(sample: bytes) -> str | None:
    """Western text in UTF-16 has a zero in nearly every second byte, and only there."""
    half = max(len(sample) // 2, 1)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.5 and even < 0.05:
        return "utf-16-le"
    if even > 0.5 and odd < 0.05:
        return "utf-16-be"
    return None


def _refuse_damaged_utf8(data: bytes, start: int, name: str) -> None:
    """Text that is UTF-8 nearly everywhere must not be taken for an older encoding, where it reads as gibberish."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if sum(char > "\x7f" for char in text) > _GOOD_FOR_ONE_BAD * bad:
        raise SourceError(f"{name!r} is UTF-8 but for {bad} places, the first at byte {start}; save it again as UTF-8")


def _guess(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes, is_binary

    sample = data[:_SAMPLE]
    if is_binary(sample):
        raise _binary(name)
    if (western := _western(data)) is not None:
        return western
    # The guess is made on a sample; the rest may hold a byte that the guessed encoding lacks.
    for match in from_bytes(sample):
        try:
            return data.decode(match.encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise _binary(name)


def _western(data: bytes) -> str | None:
    """Read as Windows-1252 what plainly is: few accents, and no sign where a letter would be.

    charset-normalizer takes a few accented letters in a short text for Central European or worse.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = sum(1 for char in text[:_SAMPLE] if char.isalpha())
    accents = sum(1 for char in text[:_SAMPLE] if char > "\x7f" and char.isalpha())
    plain = _WESTERN.fullmatch(text) and not _SIGN_INSIDE_WORD.search(text)
    return text if plain and accents <= _MOST_ACCENTS * letters else None


def _checked(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\v\x1b")
    # A stray NUL is a flaw in a text; many control characters are a program or a picture.
    if control > max(4, _MOST_CONTROL_CHARACTERS * len(sample)):
        raise _binary(name)
    return text


def _binary(name: str) -> SourceError:
    return SourceError(f"{name!r} is not text (it looks binary); give a text file, saved as UTF-8 if in doubt")
