"""Which format a file is of: by what it holds, and by its ending only where that leaves it open."""

from __future__ import annotations

import codecs
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import cast

from qa.errors import SourceError
from qa.sources.thread import Thread

Reader = Callable[[bytes, str], Iterator[Thread]]
_OPENING = 1 << 20
SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml", ".wxr", ".json", ".jsonl", ".ndjson",
    ".eml", ".mbox", ".mbx", ".gz",
)  # fmt: skip
"""The endings that a folder is searched for; a file that is named itself may have any."""


MOST_BYTES = 200_000_000


class NotRecognised(SourceError):
    """The file is of no format that is read."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name, and the module below `qa.sources` that reads it, imported when the first file needs it."""

    name: str
    module: str

    @property
    def read(self) -> Reader:
        """The format's reader: bytes and a name to threads."""
        return cast(Reader, importlib.import_module(f"qa.sources.{self.module}").read)


TEXT = Format("text", "formats.text")
HTML = Format("web page", "webpage.read")
WORDPRESS = Format("WordPress export", "formats.wordpress")
DISQUS = Format("Disqus export", "formats.disqus")
DISCOURSE = Format("Discourse topic", "formats.discourse")
REDDIT = Format("Reddit thread", "formats.reddit")
HACKER_NEWS = Format("Hacker News thread", "formats.hackernews")
MAIL = Format("e-mail", "formats.mail")
JSONL = Format("threads as JSON", "formats.jsonl")

_BINARY = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a zip archive (or an office document)"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"Rar!", "an archive"), (b"7z\xbc\xaf", "an archive"),
    (b"BZh", "an archive"), (b"\xfd7zXZ", "an archive"), (b"\x28\xb5\x2f\xfd", "an archive"),
    (b"\x7fELF", "a program"), (b"MZ\x90", "a program"), (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an office document"), (b"{\\rtf", "an RTF document"),
)  # fmt: skip
_JSON = (  # every key of a row is there, as a key: inside a text its quotation marks would be escaped
    (DISCOURSE, (r'"post_stream"\s*:',)),
    (REDDIT, (r'"kind"\s*:\s*"(?:Listing|t1|t3)"|"link_id"\s*:\s*"t3_|"selftext"\s*:',)),
    (HACKER_NEWS, (r'"created_at_i"\s*:', r'"type"\s*:')),
    (HACKER_NEWS, (r'"by"\s*:', r'"time"\s*:', r'"type"\s*:')),
    (JSONL, (r'"(?:posts|comments)"\s*:\s*\[|"(?:text|body)"\s*:\s*"',)),
)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article|section|main)\b", re.IGNORECASE)
_BEFORE = r"(?:<\?xml[^>]*>|<!--(?:(?!-->)[\s\S])*-->|\s)*"
_WHOLE_PAGE = re.compile(rf"{_BEFORE}<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_DISQUS = re.compile(rf"{_BEFORE}<disqus\b")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):")
_MAIL_ALONE = frozenset(("message-id", "received", "return-path", "mime-version", "delivered-to"))
_MAIL_TOGETHER = frozenset(("from", "date", "subject"))
_MBOX = re.compile(r"From [^\n]{0,100}\d:\d\d[^\n]{0,40}\d{4}[^\n]{0,40}\n")


def recognise(data: bytes, name: str) -> Format:
    """The format of a file's bytes. Raises NotRecognised, with the way out, for one that is not read."""
    for magic, what in _BINARY:
        if data.startswith(magic):
            raise NotRecognised(f"{name!r} is {what}, which is not read; save its text, or take out what it holds")
    suffix = PurePath(name).suffix.lower()
    opening = _opening(data)
    first = opening[:1]
    if first == "<" and (found := _markup(opening, suffix)):
        return found
    if first and first in "{[" and (found := _json(opening)):
        return found
    if _MBOX.match(opening) or _is_mail(opening, suffix):
        return MAIL
    if suffix in (".json", ".jsonl", ".ndjson", ".xml", ".wxr", ".eml", ".mbox", ".mbx") and opening:
        raise NotRecognised(f"{name!r} is no {suffix} file of a kind that is read; see the table of formats")
    return HTML if suffix in (".html", ".htm", ".xhtml") and opening else TEXT


def _opening(data: bytes) -> str:
    """The beginning as characters that are good enough to look at."""
    head = data[:_OPENING]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return head.decode(encoding, "ignore").lstrip()
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


def _markup(opening: str, suffix: str) -> Format | None:
    if "<rss" in opening and "wordpress.org/export" in opening:
        return WORDPRESS
    if _DISQUS.match(opening):
        return DISQUS
    if _WHOLE_PAGE.match(opening):
        return HTML
    if suffix in (".md", ".markdown", ".text", ".xml", ".wxr"):
        return None
    return HTML if _PAGE.search(opening[:2000]) else None


def _json(opening: str) -> Format | None:
    return next((found for found, keys in _JSON if all(re.search(key, opening) for key in keys)), None)


def _is_mail(opening: str, suffix: str) -> bool:
    fields = set()
    for line in opening[:20_000].splitlines()[:100]:
        if not line.strip():
            break
        if match := _HEADER.match(line):
            fields.add(match[1].lower())
        elif not line.startswith((" ", "\t")):
            return False
    known = fields & (_MAIL_ALONE | _MAIL_TOGETHER)
    return bool(known) if suffix == ".eml" else bool(fields & _MAIL_ALONE) or fields >= _MAIL_TOGETHER
