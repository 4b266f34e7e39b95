"""Hostile files of the formats that are kept in archives, documents, feeds, chats and tables."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from test_archives import tarred, zipped
from test_documents import changed
from test_hostile import BOMB, CANARY, LIMITS, assert_harmless, made

import qa
from benchmarks import comment_exports, document_files, feed_exports
from qa.sources.read import read_all
from qa.sources.thread import Thread

Made = bytes | Callable[[], bytes]
ZEROS = b"0" * 50_000_000
ENTITY = '<!DOCTYPE x [<!ENTITY c SYSTEM "CANARY">]>'


def pdf_of(*objects: bytes, trailer: bytes = b"/Root 1 0 R", before: bytes = b"") -> bytes:
    """A PDF with these objects, numbered from 1."""
    data, places = before + b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d %s>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, trailer, len(data))  # fmt: skip


def page_of(stream: bytes, pages: bytes = b"<</Type/Pages/Kids[3 0 R]/Count 1>>", catalog: bytes = b"") -> bytes:
    """A PDF with a page that shows a stream."""
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R %s>>" % catalog,
        pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def stream_of(content: bytes, **more: bytes) -> bytes:
    about = b"".join(b"/%s %s" % (key.encode(), value) for key, value in more.items())
    return b"<</Length %d %s>>stream\n%s\nendstream" % (len(content), about, content)


WORDS = stream_of(b"BT /F 12 Tf 20 100 Td (It rains.) Tj ET")
FLATE = {"Filter": b"/FlateDecode"}


def part_bomb(data: bytes, part: str, suffix: bytes) -> bytes:
    """A document with a part that expands to 300 MB of spaces, and the end of the part after it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w") as stream:
            for _ in range(30):
                stream.write(b" " * 10_000_000)
            stream.write(suffix)
    return buffer.getvalue()


def with_entity(markup: str) -> str:
    """XML with an external entity in front, used in the first text."""
    head, _, rest = markup.rpartition("?>") if markup.startswith("<?xml") else ("", "", markup)
    return (
        f"{ENTITY}{rest.replace('Lenses', 'Lenses &c;', 1)}"
        if not head
        else f"{head}?>{ENTITY}{rest.replace('Lenses', 'Lenses &c;', 1)}"
    )


def with_bomb(markup: str) -> str:
    rest = markup.partition("?>")[2] if markup.startswith("<?xml") else markup
    return f"{BOMB.replace('DOCTYPE rss', 'DOCTYPE x')}{rest.replace('Lenses', '&j;', 1)}"


def lying_zip() -> bytes:
    """A zip file whose directory declares fewer bytes than its file expands to."""
    data = bytearray(zipped({"a.txt": b"A word. " * 1_000}))
    for place in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[place : place + 4] = struct.pack("<I", 8)
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(zipped({"a.txt": b"A word."}))
    for place in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def many_members(count: int) -> bytes:
    return zipped({f"{number}.png": b"" for number in range(count)})


def chat(*messages: object, **about: object) -> bytes:
    return json.dumps({"name": "T", "type": "x", "id": 1, "messages": messages, **about}).encode()


def message(id_: object, text: object = "A word.", **more: object) -> dict[str, object]:
    return {"id": id_, "type": "message", "date": "2024-03-02T10:00:00", "from": "Ann", "text": text, **more}


def nested(opening: str, inside: str, closing: str, depth: int = 100_000) -> bytes:
    return (opening * depth + inside + closing * depth).encode()


DOCX, ODT, EPUB = document_files.docx, document_files.odt, document_files.epub
BODY = "word/document.xml"
READ: dict[str, tuple[str, Made]] = {
    # description: the file's name and its bytes; it can be read, completely or in part, and must do no harm
    "names that lead out of a zip archive": ("a.zip", zipped({"../../../x.txt": b"A word.", "/etc/passwd.txt": b"A word."})),
    "names of Windows in a zip archive": ("a.zip", zipped({"..\\..\\C:\\x.txt": b"A word."})),
    "a name with control characters": ("a.zip", zipped({"\u202etxt.a\n.txt": b"A word."})),
    "two members of one name": ("a.tar", lambda: tarred({"a.txt": b"A word."})[:-10240] + tarred({"a.txt": b"Other."})),
    "links in a tar archive": ("a.tar", lambda: tarred({"b.txt": b""}, tarfile.SYMTYPE)[:512] + tarred({"a.txt": b"A word."})),
    "a device in a tar archive": ("a.tar", lambda: tarred({"b.txt": b""}, tarfile.CHRTYPE)[:512] + tarred({"a.txt": b"A word."})),
    "a bomb beside a text": ("a.zip", lambda: zipped({"a.txt": b"A word.", "b.txt": ZEROS})),
    "a bomb in a bomb beside a text": ("a.zip", lambda: zipped({"a.txt": b"A word.", "b.zip": zipped({"c.txt": ZEROS})})),
    "a compressed bomb beside a text": ("a.zip", lambda: zipped({"a.txt": b"A word.", "b.txt.xz": lzma.compress(ZEROS)})),
    "a damaged member": ("a.zip", lambda: zipped({"a.txt": b"A word.", "b.txt": b"B" * 99}).replace(b"sr", b"xx", 1)),
    "a zip archive with bytes before it": ("a.zip", zipped({"a.txt": b"A word."})),
    "a book whose chapters lead out": ("a.epub", lambda: changed(
        EPUB(), "OEBPS/book.opf", lambda text: text.replace("text/2%20b.xhtml", "../../../../etc/passwd"))),
    "a book with an external entity": ("a.epub", lambda: changed(EPUB(), "OEBPS/text/1.xhtml", with_entity)),
    "a book with a script": ("a.epub", lambda: changed(
        EPUB(), "OEBPS/text/1.xhtml", lambda text: text.replace("<h1>", "<script>1</script><h1>"))),
    "a book whose spine names a page 10,000 times": ("a.epub", lambda: changed(
        EPUB(), "OEBPS/book.opf", lambda text: text.replace("<spine>", "<spine>" + '<itemref idref="none"/>' * 10_000))),
    "a document with an external entity": ("a.docx", lambda: changed(DOCX(), BODY, with_entity)),
    "a document with a broken part for its comments": ("a.docx", lambda: changed(
        DOCX(), "word/commentsExtended.xml", lambda _: "<a xmlns:w='w'><b w:paraId='1' w:paraIdParent='1'/></a>")),
    "comments that mark nothing": ("a.docx", lambda: changed(
        DOCX(), BODY, lambda text: text.replace("commentRangeStart", "x"))),
    "a comment that ends before it begins": ("a.docx", lambda: changed(
        DOCX(), BODY, lambda text: text.replace("commentRangeEnd", "x").replace("commentRangeStart", "commentRangeEnd"))),
    "an external template": ("a.docx", lambda: changed(
        DOCX(), "word/_rels/settings.xml.rels", lambda _: '<R><r Target="CANARY" TargetMode="External"/></R>')),
    "an external entity in ODT": ("a.odt", lambda: changed(ODT(), "content.xml", with_entity)),
    "a billion blanks": ("a.odt", lambda: changed(
        ODT(), "content.xml", lambda text: text.replace("Lenses", 'Lenses <text:s text:c="1000000000"/>', 1))),
    "a feed with an external entity": ("a.rss", feed_exports.COMMENT_FEED.replace(
        "<rss", f"{ENTITY}<rss", 1).replace("In Paris", "&c; In Paris").encode()),
    "a feed with entities that grow": ("a.rss", feed_exports.COMMENT_FEED.replace(
        "<rss", f"{BOMB}<rss", 1).replace("In Paris", "&j;").encode()),
    "a feed that is cut off": ("a.rss", feed_exports.COMMENT_FEED.encode()[:-300]),
    "a feed whose entries reply to each other": ("a.xml", feed_exports.BLOGGER.replace(
        "ref='tag:blogger.com,1999:blog-1.post-2'", "ref='tag:blogger.com,1999:blog-1.post-5'").encode()),
    "a feed named after an address": ("a.rss", feed_exports.COMMENT_FEED.replace("https://blog", "javascript:x").encode()),
    "a chat whose messages reply to each other": ("a.json", chat(
        message(1, reply_to_message_id=2), message(2, reply_to_message_id=1))),
    "a chat with fields of wrong types": ("a.json", chat(
        message([1], {"a": 1}), message(2, ["A word.", 3, None, {"text": 5}]), message(3, **{"from": {"a": 1}, "date": []}))),
    "a chat with lone surrogates": ("a.json", chat(message(1, "A \ud800 word.", **{"from": "\udfff"}), name="\ud800")),
    "a chat with bidirectional controls": ("a.json", chat(message(1, **{"from": "nnA\u202e"}), name="\u2066T\u202e")),
    "a chat of the year 30000": ("a.json", chat(message(1, date="30000-01-01"), message(2, date=1e300))),
    "days that no calendar has": ("a.txt", b"31/02/2024, 10:00 - Ann: A word.\n99/99/9999, 10:00 - Ann: Other.\n"),
    "a chat of 100,000 empty lines": ("a.txt", b"02/03/2024, 10:00 - Ann: A word." + b"\n" * 100_000),
    "a table with a field of 5 MB": ("a.csv", b"author,text\nAnn,A word.\nBob," + b"A word. " * 80_000),
    "a table with an open quotation mark": ("a.csv", b'author,text\nAnn,A word.\nBob,"' + b"A word.\n" * 9_999),
    "a table with NUL": ("a.csv", b"author,text\nAnn,A\x00 word.\n"),
    "a table with rows of all lengths": ("a.csv", b"author,text\nAnn,A word.\nBob,Other.\nCy,More.\n\nDee\n,,,,,,,\nEve,One,more\n"),
    "comments that reply to each other in a table": ("a.csv", b"id,parent,text\n1,2,A word.\n2,1,Other.\n"),
    "subtitles of 99 hours to 0": ("a.srt", b"1\n99:99:99,999 --> 00:00:00,000\nA word.\n"),
    "subtitles with 100,000 tags": ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nA word." + b"<i>" * 100_000),
    "subtitles without an end": ("a.vtt", b"WEBVTT\n\n00:01.000 -->\nA word."),
    "1,000,000 declared pages": ("a.pdf", page_of(WORDS, b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>")),
    "JavaScript in a PDF": ("a.pdf", page_of(WORDS, catalog=b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")),
    "a launched program in a PDF": ("a.pdf", page_of(WORDS, catalog=b"/OpenAction<</S/Launch/F(/bin/sh)>>")),
    "a PDF with bytes before it": ("a.pdf", b"\n" * 100 + page_of(WORDS)),
    "a PDF that says nowhere where its objects are": ("a.pdf", page_of(WORDS).replace(b"startxref\n", b"startxref\n9999")),
    "a PDF whose table of objects leads to itself": ("a.pdf", lambda: page_of(WORDS).replace(
        b"trailer <<", b"trailer <</Prev %d " % page_of(WORDS).index(b"xref"))),
    "a stream that declares 1 GB": ("a.pdf", page_of(WORDS.replace(b"/Length ", b"/Length 10000000"))),
    "words far outside the page": ("a.pdf", page_of(stream_of(
        b"BT /F 12 Tf 1e30 -1e30 Td (A) Tj 20 100 Td (It rains.) Tj ET BT /F 12 Tf 20 100 Td (It rains.) Tj ET"))),
    "letters of no size": ("a.pdf", page_of(stream_of(b"BT /F 0 Tf 20 100 Td (It rains.) Tj ET BT /F 9 Tf (Now.) Tj ET"))),
    "a page tree with itself below": ("a.pdf", page_of(WORDS, b"<</Type/Pages/Kids[3 0 R 2 0 R 2 0 R]/Count 3>>")),
    "an export with a bad day": ("slack.zip", lambda: changed(
        comment_exports.slack(), "lenses/2024-03-03.json", lambda _: "{not json")),
    "an export with users of wrong types": ("slack.zip", lambda: changed(
        comment_exports.slack(), "users.json", lambda _: '[1, {"id": {}}, {"id": "U1", "profile": 5}]')),
    "comments with objects for texts": ("a.json", comment_exports.lemmy().replace(b'"cy"', b'{"a": 1}')),
    "a video without a title": ("a.info.json", comment_exports.youtube_info().replace(b'"Lenses"', b"5")),
    "a dump with bad numbers": ("Posts.xml", comment_exports.STACK_EXCHANGE_DUMP.replace('Id="2"', 'Id="x"').encode()),
    "20,000 statuses that reply in a row": ("a.json", lambda: json.dumps([
        {"id": str(n), "in_reply_to_id": str(n - 1), "content": "" if n % 500 else "A word.", "account": {"acct": "ann"}}
        for n in range(20_000)]).encode()),
}  # fmt: skip
REFUSED: dict[str, tuple[str, Made, str]] = {
    # description: the file's name, its bytes and a part of the message
    "a zip archive that lies about a size": ("a.zip", lying_zip, "is damaged"),
    "an encrypted zip archive": ("a.zip", encrypted_zip, "is encrypted"),
    "an empty zip archive": ("a.zip", zipped({}), "holds no text"),
    "a cut off zip archive": ("a.zip", lambda: zipped({"a.txt": b"A word. " * 99})[:-30], "damaged or cut off zip"),
    "60,000 files in a zip archive": ("a.zip", lambda: many_members(60_000), "more than the limit of 50,000"),
    "an archive in itself, ten times": ("a.zip", lambda: nested_zip(10), "in more than 3 archives"),
    "a cut off tar archive": ("a.tar", lambda: tarred({"a.txt": b"A word. " * 999})[:700], "damaged|cut off|holds no text"),
    "a tar archive of noise": ("a.tar", b"\xff" * 257 + b"ustar" + b"\xff" * 9_999, "damaged or cut off tar|holds no text"),
    "a bzip2 bomb": ("a.txt.bz2", lambda: bz2.compress(ZEROS), "more than the limit of 20,000,000 bytes"),
    "an xz bomb": ("a.txt.xz", lambda: lzma.compress(ZEROS), "more than the limit of 20,000,000 bytes"),
    "a bomb in a tar archive in gzip": ("a.tgz", lambda: gzip.compress(tarred({"a.txt": ZEROS})), "more than the limit"),
    "a cut off bzip2 file": ("a.bz2", lambda: bz2.compress(b"A word. " * 999)[:-20], "damaged or cut off .bz2"),
    "a document that is a bomb": ("a.docx", lambda: part_bomb(DOCX(), BODY, b"<x/>"), "more than the limit of 200,000,000"),
    "an ODT that is a bomb": ("a.odt", lambda: part_bomb(ODT(), "content.xml", b"<x/>"), "more than the limit of 200,000,000"),
    "a book that is a bomb": ("a.epub", lambda: part_bomb(EPUB(), "OEBPS/x", b""), "more than the limit of 200,000,000"),
    "entities that grow in a document": ("a.docx", lambda: changed(DOCX(), BODY, with_bomb), "broken XML|no text"),
    "entities that grow in ODT": ("a.odt", lambda: changed(ODT(), "content.xml", with_bomb), "broken XML|no text"),
    "entities that grow in a book": ("a.epub", lambda: changed(
        EPUB(), "OEBPS/book.opf", lambda text: with_bomb(text.replace("Glass", "Lenses"))), "broken XML|no post"),
    "100,000 nested elements in a document": ("a.docx", lambda: changed(
        DOCX(), BODY, lambda _: nested("<a>", "", "</a>").decode()), "broken XML"),
    "a document without words": ("a.docx", zipped({BODY: b"<x/>"}), "holds no text"),
    "a document that is cut off": ("a.docx", lambda: DOCX()[:9_000], "damaged or cut off zip"),
    "a book without a package": ("a.epub", lambda: changed(
        EPUB(), "META-INF/container.xml", lambda _: "<container/>"), "has no part ''"),
    "a book whose package is missing": ("a.epub", lambda: changed(
        EPUB(), "META-INF/container.xml", lambda text: text.replace("book.opf", "none.opf")), "has no part 'OEBPS/none.opf'"),
    "a PDF of noise": ("a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 99, "is damaged, or no PDF"),
    "a PDF without pages": ("a.pdf", pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), "no text|damaged"),
    "an xref that leads nowhere": ("a.pdf", b"%PDF-1.7\nstartxref\n999999999\n%%EOF", "is damaged, or no PDF"),
    "an encrypted PDF": ("a.pdf", pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>",
        trailer=b"/Root 1 0 R/Encrypt<</Filter/None/V 9>>"), "encrypted|damaged"),
    "a table of one line": ("a.csv", b"author,text," + b"x," * 1_000_000, "has no column that is known"),
    "a table without heads": ("a.csv", b"1,2,3\n4,5,6\n", "has no column that is known"),
    "a feed without entries": ("a.rss", b"<rss><channel><title>T</title></channel></rss>", "no post with words"),
    "3,000 nested elements in a feed": ("a.rss", b"<rss><channel><item>" + b"<a>" * 3_000, "no post with words|cut off|nested"),
    "a chat of events": ("a.json", chat(message(1, type="service")), "no post with words"),
    "100,000 nested parts of a message": ("a.json", lambda: b'{"messages": [{"id": 1, "type": "message", "text": ' + b"[" * 100_000,
                                          "nested too deeply"),
    "subtitles without words": ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "holds no text"),
    "an export without words": ("slack.zip", zipped({"a/2024-03-02.json": b"[]"}), "no post with words|not JSON"),
}  # fmt: skip


def nested_zip(depth: int) -> bytes:
    data = zipped({"a.txt": b"A word."})
    for _ in range(depth):
        data = zipped({"a.zip": data})
    return data


def flate_bomb() -> bytes:
    """A PDF with a page of 1 GB, compressed."""
    compressor = zlib.compressobj(1)
    blank = b" " * 10_000_000
    content = b"".join(compressor.compress(blank) for _ in range(100)) + compressor.flush()
    return page_of(stream_of(content, **FLATE))


@pytest.mark.parametrize("name", READ)
def test_a_hostile_file_is_read_without_harm(tmp_path: Path, name: str) -> None:
    threads, (report,) = read_all(made(tmp_path, *READ[name]), limits=LIMITS)
    assert_harmless(threads)
    assert report.outcome == "read" and (report.reason is None or "\n" not in report.reason)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    file, data, message_ = REFUSED[name]
    with pytest.raises(qa.SourceError, match=message_) as caught:
        read_all(made(tmp_path, file, data), limits=LIMITS)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_a_compressed_page_of_a_gigabyte_harms_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(flate_bomb())
    (tmp_path / "b.txt").write_text("It rains.")
    threads, reports = read_all(tmp_path, limits=LIMITS)
    assert [thread.text for thread in threads if thread.source == "b.txt"] == ["It rains."]
    assert [report.outcome for report in reports if report.source == "b.txt"] == ["read"]


def test_there_are_as_many_hostile_files_as_before() -> None:
    assert len(READ) + len(REFUSED) >= 68


def test_a_canary_is_read_if_it_is_asked_for(tmp_path: Path) -> None:
    threads, _ = read_all(made(tmp_path, "a.zip", zipped({"a.txt": CANARY.encode()})), limits=LIMITS)
    with suppress(AssertionError):
        assert_harmless(threads)
        pytest.fail("the canary is not recognised")
    assert isinstance(threads[0], Thread)
