"""The lines of mail, by which a message and a mailbox are recognised: header fields and the envelopes of an mbox."""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}[ \t]?:")
_ENVELOPE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n")
_DIGEST, _BETWEEN = re.compile(rb"(?m)^-{70}\r?$"), re.compile(rb"(?m)^-{30}\r?$")
_DATED = re.compile(rb"\d:\d\d.*\d{4}")
_FIELDS = frozenset(
    (b"message-id", b"received", b"return-path", b"mime-version", b"delivered-to", b"from", b"to", b"date", b"subject",
     b"x-mozilla-status", b"x-gm-thrid", b"content-type", b"in-reply-to", b"references", b"reply-to", b"sender")
)  # fmt: skip
_MOST_HEADERS = 200  # lines looked at after an envelope; the headers of a mail that passed many servers have about 100
_OPENING = 1 << 13  # bytes after an envelope in which two known fields are looked for
_MOST_ODD_LINES = 2  # among headers; where there are more, the "headers" are the lines of a text
_FEWEST_FIELDS = 2  # "From here on" and one line "Note: …" are a text


def envelopes(data: bytes) -> Iterator[re.Match[bytes]]:
    """The envelope lines of a mailbox: "From …" with a time, or before header fields; a text can begin so, too."""
    for match in _ENVELOPE.finditer(data):
        fields = header_fields(data[match.end() : match.end() + _OPENING])
        if len(fields & _FIELDS) >= _FEWEST_FIELDS or (_DATED.search(match[0]) and (fields or match.start())):
            yield match


def is_mailbox(data: bytes) -> bool:
    """Whether a file begins with the envelope of an mbox."""
    first = next(envelopes(data.lstrip()[: 1 << 17]), None)
    return first is not None and not first.start()


def digest_parts(data: bytes) -> list[bytes]:
    """The messages in a digest of a mailing list in plain text (RFC 1153), between rules of 30 hyphens."""
    start = _DIGEST.search(data)
    parts = [part.lstrip() for part in _BETWEEN.split(data[start.end() :])] if start else []
    return [part for part in parts if len(header_fields(part) & _FIELDS) >= _FEWEST_FIELDS]


def header_fields(data: bytes) -> set[bytes]:
    """The names of the header fields, in lower case, that a message begins with."""
    lines = data.split(b"\n", _MOST_HEADERS)[:_MOST_HEADERS]
    fields: set[bytes] = set()
    for line in lines:
        if not line.strip():
            break
        if HEADER.match(line):
            fields.add(line.partition(b":")[0].strip().lower())
    return fields


def repaired_headers(data: bytes) -> bytes:
    """The message without the odd lines among its headers, at which the standard library ends them."""
    blank = re.search(rb"\r?\n[ \t]*\r?\n", data)
    head, rest = (data[: blank.start()], data[blank.start() :]) if blank else (data, b"")
    lines = head.split(b"\n")
    good = [number for number, line in enumerate(lines) if line[:1] in (b" ", b"\t") or HEADER.match(line)]
    odd = len(lines) - len(good)
    if not 0 < odd <= _MOST_ODD_LINES or len(header_fields(head) & _FIELDS) < _FEWEST_FIELDS or good[:1] != [0]:
        return data
    return b"\n".join(lines[number] for number in good) + rest
