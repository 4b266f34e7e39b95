"""Recognise a file's format by its content, and by its suffix only if the content leaves it open."""

from __future__ import annotations

import codecs
import importlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol, cast

from qa.errors import SourceError
from qa.sources.member import Member
from qa.sources.patterns.mail_lines import header_fields, is_mailbox, repaired_headers
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_OPENING = 1 << 20  # bytes; the key by which a JSON format is recognised can come after a long first post
_TEXT_OPENING = 1 << 16  # characters; the lines of a chat and the rows of a table show their form early
SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml", ".wxr", ".json", ".jsonl", ".ndjson",
    ".eml", ".mbox", ".mbx", ".rss", ".atom", ".csv", ".tsv", ".srt", ".vtt", ".pdf", ".docx", ".odt", ".epub",
    ".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz",
)  # fmt: skip
"""The suffixes of the files that are read from a folder; a file that is named itself can have any."""


class NotRecognised(SourceError):
    """The file's format cannot be read."""


class FormatModule(Protocol):
    """What a module that reads a format provides; `qa.sources.formats` documents it."""

    def read(self, data: bytes, name: str, /) -> Iterator[Thread | Member]:
        """Yield the threads of a file, or the files inside it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, and the module below `qa.sources` that reads it, a `FormatModule`."""

    name: str
    module: str

    def read(self, data: bytes, name: str) -> Iterator[Thread | Member]:
        """Yield what is in a file of this format; the module is imported when the first file needs it."""
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
WORDPRESS_API = Format("WordPress API", "formats.wordpress_api")
GITHUB = Format("GitHub API", "formats.github")
STACK_EXCHANGE = Format("Stack Exchange", "formats.stack_exchange")
LEMMY = Format("Lemmy API", "formats.lemmy")
MASTODON = Format("Mastodon", "formats.mastodon")
YOUTUBE = Format("video comments", "formats.youtube")
ISSO = Format("Isso comments", "formats.isso")
COMMENTO = Format("Commento export", "formats.commento")
REMARK42 = Format("Remark42 comments", "formats.remark42")
DISQUS_API = Format("Disqus API", "formats.disqus_api")
TELEGRAM = Format("Telegram chat", "formats.telegram")
DISCORD = Format("Discord channel", "formats.discord")
SLACK = Format("Slack export", "formats.slack")
WHATSAPP = Format("WhatsApp chat", "formats.whatsapp")
COMMENT_TABLE = Format("table of comments", "formats.comment_table")
FEED = Format("feed", "formats.feed")
SUBTITLES = Format("subtitles", "formats.subtitles")
PDF = Format("PDF", "formats.pdf")
DOCX = Format("DOCX", "formats.docx")
ODT = Format("ODT", "formats.odt")
EPUB = Format("EPUB", "formats.epub")
ARCHIVE = Format("archive", "formats.archive")
FORMATS = tuple(value for value in list(globals().values()) if isinstance(value, Format))
"""Every format above, in that order."""

_BINARY = (
    (b"\x89PNG", "a picture"),
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
    (TELEGRAM, (r'"messages"\s*:\s*\[', r'"type"\s*:\s*"(?:message|service)"', r'"id"\s*:')),
    (DISCORD, (r'"messages"\s*:\s*\[', r'"channel"\s*:\s*\{')),
    (SLACK, (r'"ts"\s*:\s*"\d+\.\d+"', r'"text"\s*:')),
    (WORDPRESS_API, (r'"content"\s*:\s*\{', r'"rendered"\s*:')),
    (STACK_EXCHANGE, (r'"question_id"\s*:|"post_id"\s*:', r'"(?:owner|creation_date|answer_id|is_answered)"\s*:')),
    (LEMMY, (r'"(?:post|comment)"\s*:\s*\{', r'"(?:creator|creator_id|ap_id)"\s*:')),
    (MASTODON, (r'"account"\s*:\s*\{', r'"content"\s*:\s*"')),
    (MASTODON, (r'"attributedTo"\s*:', r'"content"\s*:\s*"')),
    (GITHUB, (r'"login"\s*:', r'"body"\s*:')),
    (COMMENTO, (r'"commentHex"\s*:',)),
    (REMARK42, (r'"locator"\s*:\s*\{', r'"user"\s*:')),
    (DISQUS_API, (r'"(?:raw_message|isApproved|isSpam)"\s*:', r'"createdAt"\s*:')),
    (ISSO, (r'"mode"\s*:\s*\d', r'"text"\s*:', r'"(?:likes|total_replies|hidden_replies)"\s*:')),
    (YOUTUBE, (r'"cid"\s*:\s*"', r'"text"\s*:')),
    (YOUTUBE, (r'"(?:webpage_url|extractor|upload_date|author_is_uploader|_time_text|textDisplay|textOriginal)"\s*:',)),
    (JSONL, (r'"(?:posts|comments)"\s*:\s*\[|"(?:text|body)"\s*:\s*"',)),
)
_PDF, _PDF_WITHIN = b"%PDF-", 1024  # readers of PDF look for its sign in so many bytes
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # a file in it, or none
_TAR_AT, _TAR = 257, b"ustar"
_OFFICE = (
    ("xl/", "a spreadsheet"), ("ppt/", "a presentation"), ("AndroidManifest.xml", "a program"),
    ("META-INF/MANIFEST.MF", "a program"),
)  # fmt: skip
_PARTS = {"word/document.xml": DOCX, "META-INF/container.xml": EPUB}
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_TEXT = _OPEN_DOCUMENT + b"text"
_LONGEST_TYPE = 200  # bytes of a media type
_EXPECTED = (".json", ".jsonl", ".ndjson", ".xml", ".wxr", ".eml", ".mbox", ".mbx", ".rss", ".atom")
"""Suffixes of files that are not texts: what has one of them is not read as a text when it is not recognised."""
_TABLES = (".csv", ".tsv")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article|section|main)\b", re.IGNORECASE)
_STRAY = re.compile(
    r"(?!<\?xml)[\s\S]{1,10000}?(?=^<\?xml[^>]*>\s*(?:<!--[\s\S]*?-->\s*)*<(?:rss|disqus)\b)", re.MULTILINE
)
_BEFORE = r"(?:<\?xml[^>]*>|<!--(?:(?!-->)[\s\S])*-->|\s)*"
_WHOLE_PAGE = re.compile(rf"{_BEFORE}<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_DISQUS = re.compile(rf"{_BEFORE}<disqus\b")
_FEED = re.compile(rf"{_BEFORE}(?:<!doctype\s+rss[^>\[]*>\s*)?<(?:[\w.-]+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_DUMP = re.compile(rf"{_BEFORE}<(?:posts|comments)>\s*<row ")
_MAIL_ALONE = frozenset((b"message-id", b"received", b"return-path", b"mime-version", b"delivered-to"))
_MAIL_TOGETHER = frozenset((b"from", b"date", b"subject"))
_MAIL_OPENING = 20_000  # bytes; the headers of a mail that passed many servers have about 10,000


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
    if _PDF in data[:_PDF_WITHIN]:
        return PDF
    if data.startswith(_ZIP):
        return _zip_format(data, name)
    if data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return ARCHIVE
    suffix = PurePath(name).suffix.lower()
    opening = _opening(data)
    first = opening[:1]
    if first == "<" and (format_ := _markup_format(opening, suffix)):
        return format_
    if first and first in "{[" and (format_ := _json_format(opening)):
        return format_
    if is_mailbox(data[:_OPENING]) or _is_mail(data[:_OPENING], suffix):
        return MAIL
    if format_ := _text_format(opening):
        return format_
    if suffix == ".log" and opening:
        raise NotRecognised(f"{name!r} is a log of a form that is not known; save it as .txt to read it as one text")
    if suffix in _TABLES and opening:
        raise NotRecognised(
            f"{name!r} has no column that is known to hold texts; name its columns 'text', 'author' and 'date', or "
            "save it as .txt to read it as one text"
        )
    if suffix in _EXPECTED and opening:
        raise NotRecognised(f"{name!r} is not a {suffix} file of a format that can be read; docs/formats.md lists them")
    return HTML if suffix in (".html", ".htm", ".xhtml") and opening else TEXT


def _text_format(opening: str) -> Format | None:
    """The format of a text whose lines have a form of their own."""
    # Imported here: the patterns take long to compile, and asking a library recognises no file.
    from qa.sources.formats import comment_table, subtitles, whatsapp

    opening = opening[:_TEXT_OPENING]
    with suppress(UnicodeEncodeError):  # UTF-16 is decoded already
        opening = opening.encode("latin-1").decode("utf-8", "ignore")
    if subtitles.is_subtitles(opening):
        return SUBTITLES
    if whatsapp.is_chat(opening):
        return WHATSAPP
    return COMMENT_TABLE if comment_table.find_columns(opening) else None


def _zip_format(data: bytes, name: str) -> Format:
    """The format of a zip file by the names of its parts."""
    from qa.sources.formats import slack
    from qa.sources.formats.zip_parts import open_zip

    with open_zip(data, name) as parts:
        for part, format_ in _PARTS.items():
            if part in parts:
                return format_
        mimetype = parts.read("mimetype") if parts.sizes.get("mimetype", _LONGEST_TYPE) < _LONGEST_TYPE else b""
        if mimetype.startswith(_OPEN_DOCUMENT):
            if mimetype.startswith(_OPEN_TEXT):
                return ODT
            kind = mimetype.removeprefix(_OPEN_DOCUMENT).decode("ascii", "replace")
            raise NotRecognised(f"{name!r} is an OpenDocument {label(kind)}, which cannot be read; save its text")
        if slack.is_export(iter(parts.sizes)):
            return SLACK
        for beginning, kind in _OFFICE:
            if any(part.startswith(beginning) for part in parts.sizes):
                raise NotRecognised(f"{name!r} is {kind}, which cannot be read; save its text as a text or CSV file")
    return ARCHIVE


def _opening(data: bytes) -> str:
    """The beginning of the file, decoded well enough to look for ASCII signs."""
    head = data[:_OPENING]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return head.decode(encoding, "ignore").lstrip()
    text = head.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()
    stray = _STRAY.match(text)  # a warning of the program that wrote the export, printed before it
    return text[stray.end() :] if stray and data.rstrip().endswith(b">") else text


def _markup_format(opening: str, suffix: str) -> Format | None:
    if "<rss" in opening and "wordpress.org/export" in opening:
        return WORDPRESS
    if _DISQUS.match(opening):
        return DISQUS
    if _FEED.match(opening):
        return FEED
    if _DUMP.match(opening):
        return STACK_EXCHANGE
    if 'class="message default clearfix' in opening and 'class="from_name"' in opening:
        return TELEGRAM
    if _WHOLE_PAGE.match(opening):
        return HTML
    if suffix in (".md", ".markdown", ".text", ".xml", ".wxr"):
        return None
    return HTML if _PAGE.search(opening[:2000]) else None


def _json_format(opening: str) -> Format | None:
    return next((format_ for format_, keys in _JSON if all(re.search(key, opening) for key in keys)), None)


def _is_mail(opening: bytes, suffix: str) -> bool:
    fields = header_fields(repaired_headers(opening[:_MAIL_OPENING].lstrip()))
    known = fields & (_MAIL_ALONE | _MAIL_TOGETHER)
    return bool(known) if suffix == ".eml" else bool(fields & _MAIL_ALONE) or fields >= _MAIL_TOGETHER
