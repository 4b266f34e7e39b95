"""E-mail: a message (`.eml`) or a mailbox (mbox), its messages put together to threads by what they answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.decode import decode
from qa.sources.html_text import html_to_text
from qa.sources.patterns.quotes import joined, quoted, signature
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{0,100}\d:\d\d[^\n]{0,40}\d{4}[^\n]{0,40}\n")
_QUOTED_FROM_LINE = re.compile(rb"(?m)^>(?=>*From )")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_REPLY = re.compile(r"\s*(?:(?:re|aw|sv|antw|fwd?|wg)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_LIST_TAG = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*")
_MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True)
class _Mail:
    id: str
    answers: tuple[str, ...]
    subject: str | None
    draft: DraftPost


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the threads of a mailbox in the order in which they begin; of a message alone, the message.

    Raises SourceError where nothing in it has words.
    """
    mails = [_mail(message_from_bytes(raw), number) for number, raw in enumerate(_messages(data))]
    grouped = defaultdict[str, list[_Mail]](list)
    for mail, root in zip(mails, _roots(mails), strict=True):
        grouped[root].append(mail)
    yield from compose_threads((_grouped(thread, name, len(grouped)) for thread in grouped.values()), name)


def _messages(data: bytes) -> Iterator[bytes]:
    starts = list(_FROM_LINE.finditer(data))
    if not starts or starts[0].start():
        yield data
        return
    ends = [*(match.start() for match in starts[1:]), len(data)]
    for match, end in zip(starts, ends, strict=True):
        yield _QUOTED_FROM_LINE.sub(b"", data[match.end() : end])


def _mail(message: Message, number: int) -> _Mail:
    ids = _ID.findall(_header(message, "Message-ID"))
    answered = _ID.findall(_header(message, "References")) + _ID.findall(_header(message, "In-Reply-To"))
    text, quotes = _body(message)
    sender, at = parseaddr(_raw(message, "From"))  # before it is decoded: a comma in a name parts addresses
    author = label(_decoded_words(sender)) or label(at.partition("@")[0])
    draft = DraftPost("comment", text, author, _day(_header(message, "Date")), omitted=quotes)
    return _Mail(ids[0] if ids else f"#{number}", tuple(answered), label(_header(message, "Subject")), draft)


def _header(message: Message, field: str) -> str:
    return _decoded_words(_raw(message, field))


def _raw(message: Message, field: str) -> str:
    """A header as it stands, in UTF-8 where it has bytes that mail of old did not allow."""
    told = next((value for name, value in message.raw_items() if name.lower() == field.lower()), "")
    return str(told).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded_words(told: str) -> str:
    """A header's value decoded; as it stands where its encoding is none.

    >>> _decoded_words("=?utf-8?q?Gr=C3=BC=C3=9Fe?="), _decoded_words("=?x?q?=41?=")
    ('Grüße', '=?x?q?=41?=')
    """
    try:
        return str(make_header(decode_header(told)))
    except (ValueError, LookupError, TypeError, AttributeError):  # a broken base64, an unknown charset
        return told


def _day(told: str) -> str | None:
    try:
        return parsedate_to_datetime(told).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _body(message: Message) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The words of a message: its plain text, else what its HTML says; attached files are left out."""
    html = None
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            break
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            text = words(_decoded(part))
            if text:
                return text, joined([*quoted(text), *signature(text)])
        elif part.get_content_type() == "text/html" and html is None:
            html = _decoded(part)
    return html_to_text(html)


def _decoded(part: Message) -> str:
    """A part's text in the encoding that it declares, else in the one that its bytes speak for."""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError, ValueError):
        try:
            return decode(raw, "the message")
        except SourceError:
            return raw.decode("latin-1")


def _roots(mails: list[_Mail]) -> list[str]:
    """For each mail the id under which its thread goes: two threads that a mail refers to are one."""
    above: dict[str, str] = {}

    def root(id_: str) -> str:
        while above.setdefault(id_, id_) != id_:
            above[id_] = above[above[id_]]
            id_ = above[id_]
        return id_

    by_subject: dict[str, str] = {}
    for mail in mails:
        for answered in mail.answers:
            above[root(mail.id)] = root(answered)
        subject = _REPLY.sub("", _LIST_TAG.sub("", mail.subject or "")).lower()
        is_reply = bool(_REPLY.match(_LIST_TAG.sub("", mail.subject or "")))
        if subject and is_reply and not mail.answers and subject in by_subject:
            above[root(mail.id)] = root(by_subject[subject])
        by_subject.setdefault(subject, mail.id)
    return [root(mail.id) for mail in mails]


def _grouped(mails: list[_Mail], name: str, number: int) -> RawThread:
    """A thread of mails: the first that answers none of the others opens it."""
    here = {mail.id for mail in mails}
    first = next((mail for mail in mails if not here.intersection(mail.answers)), mails[0])
    ordered = [first, *(mail for mail in mails if mail is not first)]
    said = [
        RawPost(mail.id, next((id_ for id_ in reversed(mail.answers) if id_ in here), None), mail.draft)
        for mail in ordered
    ]
    said[0] = replace(said[0], parent=None, draft=replace(said[0].draft, kind="article"))
    title = label(_REPLY.sub("", first.subject or ""))
    return RawThread(name if number == 1 else thread_name(name, title, first.id), said, title)
