"""E-mail: a message (`.eml`) or a mailbox (mbox), whose messages are grouped into threads by their replies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.decode import decode_labelled
from qa.sources.html_text import html_to_text
from qa.sources.patterns.mail_lines import digest_parts, envelopes, repaired_headers
from qa.sources.patterns.quoted_mail import find_quoted_mail
from qa.sources.patterns.quotes import find_quotes, find_signature, merge_spans
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_QUOTED_FROM_LINE = re.compile(rb"(?m)^>(?=>*From )")
_ID = re.compile(r"<[^<>\s]{1,900}>")
# "Re:" and "Fwd:" as Outlook and others write them in the languages that they are sold in.
_REPLY = re.compile(
    r"\s*(?:(?:re|aw|antwort|antw|sv|vs|odp|res|rif|r|ynt|ref|réf|fwd?|wg|tr|rv|vb|pd|enc|回复|答复|转发)(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_COMMA_NAME = re.compile(r"\s*(?P<name>[^\s\"<>@:;()][^\"<>@:;]*,[^\"<>@:;]*[^\s\"<>@:;])\s*<(?P<mailbox>[^\s<>]+)>\s*")
_LONGEST_SENDER = 1_000  # characters of the header that names the sender
_LIST_TAG = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*")
_MOST_PARTS = 1_000  # of a message: a hostile one can have millions


@dataclass(frozen=True, slots=True)
class _Mail:
    id: str
    references: tuple[str, ...]  # the ids of the mails that it replies to, its parent last
    subject: str | None
    draft: DraftPost


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the threads of a mailbox in the order in which they begin, or the one message of a file.

    Raises SourceError if no message has words.
    """
    messages = (message for raw in _messages(data) for message in _undigested(raw))
    mails = [_mail(message, number) for number, message in enumerate(messages)]
    threads = defaultdict[str, list[_Mail]](list)
    for mail, root in zip(mails, _thread_ids(mails), strict=True):
        threads[root].append(mail)
    yield from compose_threads((_raw_thread(thread, name, len(threads)) for thread in threads.values()), name)


def _messages(data: bytes) -> Iterator[bytes]:
    starts = list(envelopes(data))
    if not starts or starts[0].start():
        yield data
        return
    ends = [*(match.start() for match in starts[1:]), len(data)]
    for match, end in zip(starts, ends, strict=True):
        yield _QUOTED_FROM_LINE.sub(b"", data[match.end() : end])


def _undigested(raw: bytes) -> Iterator[Message]:
    """The message, or those in it if it is a digest of a mailing list."""
    if parts := digest_parts(raw):
        yield from (message_from_bytes(repaired_headers(part)) for part in parts)
        return
    message = message_from_bytes(repaired_headers(raw))
    digests = (part for part in islice(message.walk(), _MOST_PARTS) if part.get_content_type() == "multipart/digest")
    inside = [part.get_payload() for digest in digests for part in digest.get_payload() if isinstance(part, Message)]
    messages = [inner[0] for inner in inside if isinstance(inner, list) and inner and isinstance(inner[0], Message)]
    yield from messages or [message]


def _mail(message: Message, number: int) -> _Mail:
    ids = _ID.findall(_header(message, "Message-ID"))
    references = _ID.findall(_header(message, "References")) + _ID.findall(_header(message, "In-Reply-To"))
    text, quotes = _body(message)
    sender, mailbox = _sender(_raw_header(message, "From"))  # before decoding: a comma in a name separates addresses
    author = label(_decode_header(sender)) or label(mailbox.partition("@")[0])
    draft = DraftPost("comment", text, author, _day(_header(message, "Date")), omitted=quotes)
    return _Mail(ids[0] if ids else f"#{number}", tuple(references), label(_header(message, "Subject")), draft)


def _sender(value: str) -> tuple[str, str]:
    """The name and the mailbox of one sender, whose name Outlook writes as "Lee, Ann", with or without its quotes.

    >>> _sender("Lee, Ann <ann@example.org>"), _sender("ann@example.org, Bob <bob@example.org>")
    (('Lee, Ann', 'ann@example.org'), ('', 'ann@example.org'))
    """
    match = _COMMA_NAME.fullmatch(value[:_LONGEST_SENDER])
    return (match["name"], match["mailbox"]) if match else parseaddr(value)


def _header(message: Message, field: str) -> str:
    return _decode_header(_raw_header(message, field))


def _raw_header(message: Message, field: str) -> str:
    """A header's undecoded value; bytes beyond ASCII, which `email` keeps as surrogates, are in the body's charset."""
    value = next((value for name, value in message.raw_items() if name.strip().lower() == field.lower()), "")
    data = str(value).encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_bytes(data, _charset(message))


def _charset(message: Message) -> str | None:
    """The charset that the message, or its first part that names one, is in."""
    parts = islice(message.walk(), _MOST_PARTS)
    return next((charset for part in parts if (charset := part.get_content_charset())), None)


def _decode_header(value: str) -> str:
    """A header's value decoded, or unchanged if its encoding is invalid.

    >>> _decode_header("=?utf-8?q?Gr=C3=BC=C3=9Fe?="), _decode_header("=?x?q?=41?=")
    ('Grüße', '=?x?q?=41?=')
    """
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, TypeError, AttributeError):  # a broken base64, an unknown charset
        return value


def _day(value: str) -> str | None:
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _body(message: Message) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A message's text and the spans that it quotes: its plain text, else its HTML; attachments are left out."""
    html = None
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            break
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            text = words(_decode_part(part))
            if text:
                return text, merge_spans([*find_quotes(text), *find_quoted_mail(text), *find_signature(text)])
        elif part.get_content_type() == "text/html" and html is None:
            html = _decode_part(part)
    text, quotes = html_to_text(html, newlines_break=False)
    return text, merge_spans([*quotes, *find_quoted_mail(text), *find_signature(text)])


def _decode_part(part: Message) -> str:
    data = part.get_payload(decode=True)
    return _decode_bytes(data, part.get_content_charset()) if isinstance(data, bytes) else ""


def _decode_bytes(data: bytes, charset: str | None) -> str:
    try:
        return decode_labelled(data, charset or "utf-8", "the message")
    except SourceError:
        return data.decode("latin-1")


def _thread_ids(mails: list[_Mail]) -> list[str]:
    """For each mail the id of its thread, by union-find: two threads that one mail refers to are the same."""
    above: dict[str, str] = {}

    def root(id_: str) -> str:
        while above.setdefault(id_, id_) != id_:
            above[id_] = above[above[id_]]
            id_ = above[id_]
        return id_

    by_subject: dict[str, str] = {}
    for mail in mails:
        for reference in mail.references:
            above[root(mail.id)] = root(reference)
        subject = _REPLY.sub("", _LIST_TAG.sub("", mail.subject or "")).lower()
        is_reply = bool(_REPLY.match(_LIST_TAG.sub("", mail.subject or "")))
        if subject and is_reply and not mail.references and subject in by_subject:
            above[root(mail.id)] = root(by_subject[subject])
        by_subject.setdefault(subject, mail.id)
    return [root(mail.id) for mail in mails]


def _raw_thread(mails: list[_Mail], name: str, threads: int) -> RawThread:
    """A thread of mails, opened by the first that replies to none of the others."""
    ids = {mail.id for mail in mails}
    first = next((mail for mail in mails if not ids.intersection(mail.references)), mails[0])
    ordered = [first, *(mail for mail in mails if mail is not first)]
    posts = [
        RawPost(mail.id, next((id_ for id_ in reversed(mail.references) if id_ in ids), None), mail.draft)
        for mail in ordered
    ]
    posts[0] = replace(posts[0], parent=None, draft=replace(posts[0].draft, kind="article"))
    title = label(_REPLY.sub("", first.subject or ""))
    return RawThread(name if threads == 1 else thread_name(name, title, first.id), posts, title)
