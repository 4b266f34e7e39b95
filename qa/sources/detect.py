"""Recognise a file's format by its content, and by its suffix only if the content leaves it open."""

from __future__ import annotations

import codecs
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol, cast

from qa.errors import SourceError
from qa.sources.thread import Thread

_OPENING = 1 << 20  # bytes; the key by which a JSON format is recognised can come after a long first post
SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml", ".wxr", ".json", ".jsonl", ".ndjson",
    ".eml", ".mbox", ".mbx", ".gz",
)  # fmt: skip
"""The suffixes of the files that are read from a folder; a file that is named itself can have any."""

MOST_BYTES = 200_000_000
"""The most bytes of a file, before and after decompression."""


class NotRecognised(SourceError):
    """The file's format cannot be read."""


class FormatModule(Protocol):
    """What a module that reads a format provides; `qa.sources.formats` documents it."""

    def read(self, data: bytes, name: str, /) -> Iterator[Thread]:
        """Yield the threads of a file."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, and the module below `qa.sources` that reads it, a `FormatModule`."""

    name: str
    module: str

    def read_threads(self, data: bytes, name: str) -> Iterator[Thread]:
        """Yield the threads of a file of this format; the module is imported when the first file needs it."""
        module = cast(FormatModule, importlib.import_module(f"qa.sources.{self.module}"))
        return module.read(data, name)


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
_JSON = (  # a format has every key of its row; inside a string the quotation marks of a key would be escaped
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
    """The format of a file.

    Args:
        data: The file's bytes, decompressed.
        name: The file's name; its suffix decides only if the content leaves the format open.

    Raises:
        NotRecognised: The file's format cannot be read.
    """
    for magic, kind in _BINARY:
        if data.startswith(magic):
            raise NotRecognised(f"{name!r} is {kind}, which cannot be read; save it as text, or extract its files")
    suffix = PurePath(name).suffix.lower()
    opening = _opening(data)
    first = opening[:1]
    if first == "<" and (format_ := _markup_format(opening, suffix)):
        return format_
    if first and first in "{[" and (format_ := _json_format(opening)):
        return format_
    if _MBOX.match(opening) or _is_mail(opening, suffix):
        return MAIL
    if suffix in (".json", ".jsonl", ".ndjson", ".xml", ".wxr", ".eml", ".mbox", ".mbx") and opening:
        raise NotRecognised(f"{name!r} is not a {suffix} file of a format that can be read; docs/formats.md lists them")
    return HTML if suffix in (".html", ".htm", ".xhtml") and opening else TEXT


def _opening(data: bytes) -> str:
    """The beginning of the file, decoded well enough to look for ASCII signs."""
    head = data[:_OPENING]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return head.decode(encoding, "ignore").lstrip()
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


def _markup_format(opening: str, suffix: str) -> Format | None:
    if "<rss" in opening and "wordpress.org/export" in opening:
        return WORDPRESS
    if _DISQUS.match(opening):
        return DISQUS
    if _WHOLE_PAGE.match(opening):
        return HTML
    if suffix in (".md", ".markdown", ".text", ".xml", ".wxr"):
        return None
    return HTML if _PAGE.search(opening[:2000]) else None


def _json_format(opening: str) -> Format | None:
    return next((format_ for format_, keys in _JSON if all(re.search(key, opening) for key in keys)), None)


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
