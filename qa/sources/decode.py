"""Decode bytes: as UTF-8 if they are valid UTF-8, otherwise in the likeliest encoding; refuse what is not text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from qa.errors import SourceError
from qa.sources.sanitize import REPLACEMENT

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16  # bytes, or characters, that the statistics below look at
_MOST_CONTROL_CHARACTERS = 0.02  # of a text's characters; of random bytes they are 10%
_MOST_ACCENTS = 0.4  # of a text's letters; more are the letters of Cyrillic or Greek in an older encoding
# As many valid characters beyond ASCII as invalid places show that a text is UTF-8: of the samples in older encodings
# (tests/test_decode.py) none is valid by chance.
_GOOD_FOR_ONE_BAD = 1
_WESTERN = re.compile(r"[\x00-\x7f\xa0-\xffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]*")
_SIGN_INSIDE_WORD = re.compile(r"[^\W\d_][¡-¿×÷†‡•…‰‹›€™][^\W\d_]")


def decode(data: bytes, name: str) -> str:
    """Decode `data` as `decode_reporting` does, without the report."""
    return decode_reporting(data, name)[0]


def decode_reporting(data: bytes, name: str) -> tuple[str, SourceError | None]:
    """Decode `data`, keeping every line break as it is, and report the bytes that could not be decoded.

    In a text that is UTF-8 nearly everywhere, each invalid place becomes U+FFFD and is reported.

    These are tried in turn: a byte order mark, UTF-16 without one, UTF-8, Windows-1252 (which includes Latin-1), and
    the best guess of charset-normalizer.

    Args:
        data: The bytes of a text.
        name: The name of the source, for the error message.

    Returns:
        The text, and the report, None if every byte was decoded.

    Raises:
        SourceError: The bytes are not text.
    """
    is_marked = data.startswith(codecs.BOM_UTF8)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark) and not is_marked:
            return _checked(_decode_as(data, encoding, name), name), None
    unmarked = _utf16_without_mark(data[:_SAMPLE])
    if unmarked:
        return _checked(_decode_as(data, unmarked, name), name), None
    try:
        return _checked(data.decode("utf-8-sig"), name), None
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "replace")
        if is_marked or _is_nearly_utf8(text):
            return _checked(text, name), _damage_report(name, text.count(REPLACEMENT), error.start)
        return _checked(_guess(data, name), name), None


def decode_labelled(data: bytes, label: str, name: str) -> str:
    """Decode `data` in the encoding that a charset label names, or as `decode` does if that is impossible.

    A byte order mark overrules the label. Labels mean what they mean to browsers (the Encoding Standard of WHATWG),
    because those who write "iso-8859-1" or "gb2312" usually use characters of the larger Windows-1252 or GBK.

    Args:
        data: The bytes of a text.
        label: A charset label, as in `Content-Type: text/plain; charset=…`.
        name: The name of the source, for the error message.

    Raises:
        SourceError: The bytes are not text.
    """
    decoder = _decoder_of(label)
    if decoder is not None and not data.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS)):
        try:
            return decoder(data)[0]
        except UnicodeDecodeError:
            pass
    return decode(data, name)


def _decoder_of(label: str) -> Callable[[bytes], tuple[str, int]] | None:
    from webencodings import lookup

    encoding = lookup(label)
    if encoding is not None and encoding.name not in ("replacement", "x-user-defined"):
        decoder: Callable[[bytes], tuple[str, int]] = encoding.codec_info.decode
        return decoder
    try:  # what old mail uses and browsers refuse: UTF-7, ISO-2022-KR
        codec = codecs.lookup(label)
    except (LookupError, ValueError):  # ValueError: a NUL in it
        return None
    return codec.decode if codec._is_text_encoding else None  # hex, rot13 and zip are codecs, too


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name!r} begins as {encoding.upper()} but is not valid in that encoding at byte {error.start}; "
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


def _is_nearly_utf8(text: str) -> bool:
    """Whether text decoded as UTF-8 has few invalid places: in an older encoding it would read as gibberish."""
    bad = text.count(REPLACEMENT)
    return sum(char > "\x7f" for char in text) - bad >= _GOOD_FOR_ONE_BAD * bad


def _damage_report(name: str, bad: int, start: int) -> SourceError:
    places = f"{bad} places" if bad > 1 else "one place"
    return SourceError(
        f"{name!r} is UTF-8 except for {places}, the first at byte {start}, shown as {REPLACEMENT}; "
        "save it again as UTF-8"
    )


def _guess(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes, is_binary

    sample = data[:_SAMPLE]
    if is_binary(sample):
        raise _binary(name)
    if (western := _western(data)) is not None:
        return western
    # The guess is made from a sample; the rest can hold a byte that the guessed encoding does not have.
    for match in from_bytes(sample):
        try:
            return data.decode(match.encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise _binary(name)


def _western(data: bytes) -> str | None:
    """The text as Windows-1252 if it is clearly that: few accents, and no punctuation inside words.

    charset-normalizer mistakes a short text with a few accented letters for Central European or worse.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters = sum(1 for char in text[:_SAMPLE] if char.isalpha())
    accents = sum(1 for char in text[:_SAMPLE] if char > "\x7f" and char.isalpha())
    is_plausible = _WESTERN.fullmatch(text) and not _SIGN_INSIDE_WORD.search(text)
    return text if is_plausible and accents <= _MOST_ACCENTS * letters else None


def _checked(text: str, name: str) -> str:
    sample = text[:_SAMPLE]
    control = sum(1 for char in sample if char < " " and char not in "\t\n\r\f\v\x1b")
    # A text can have a stray NUL; a file with many control characters is a program or a picture.
    if control > max(4, _MOST_CONTROL_CHARACTERS * len(sample)):
        raise _binary(name)
    return text


def _binary(name: str) -> SourceError:
    return SourceError(f"{name!r} is not text (it looks binary); give a text file, saved as UTF-8 if in doubt")
