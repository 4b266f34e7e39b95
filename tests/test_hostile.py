"""Hostile files: each is read or refused in one line, harms no other file and reads nothing outside itself."""

from __future__ import annotations

import functools
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa
from benchmarks import exports
from qa.sources.read import read_all
from qa.sources.sandbox import Limits
from qa.sources.thread import Thread
from qa.sources.worker import open_file

CANARY = "the canary sings at dawn"
LIMITS = Limits(seconds=10, expanded=20_000_000)
BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "ha ha ha ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "0" * 50_000_000)
    return buffer.getvalue()


def wxr(title: str = "T", content: str = "Words.", before: str = "", comments: str = "") -> str:
    item = (
        f"<item><title>{title}</title><content:encoded>{content}</content:encoded><wp:status>publish</wp:status>"
        f"{comments}</item>"
    )
    return exports.WXR.format(items=item).replace("<rss ", f"{before}<rss ", 1)


def comment(id_: object, parent: object, text: str = "A word.", date: str = "2011-03-04 09:00:00") -> str:
    return (
        f"<wp:comment><wp:comment_id>{id_}</wp:comment_id><wp:comment_parent>{parent}</wp:comment_parent>"
        f"<wp:comment_date>{date}</wp:comment_date><wp:comment_approved>1</wp:comment_approved>"
        f"<wp:comment_content>{text}</wp:comment_content></wp:comment>"
    )


def thread_json(*posts: dict[str, object], **more: object) -> str:
    return json.dumps({"id": "t", "title": "T", "url": None, "posts": list(posts), **more})


def post(id_: object, parent: object = None, text: object = "A word.", **more: object) -> dict[str, object]:
    return {"id": id_, "parent": parent, "author": "Ann", "date": "2015-03-03", "kind": "comment", "text": text, **more}


def deep_replies(depth: int) -> bytes:
    """A thread of Reddit with replies nested `depth` deep, built by hand because `json` cannot nest that deeply."""
    opening = '{"kind":"t1","data":{"id":"c","link_id":"t3_a","body":"A word.","replies":{"data":{"children":['
    return (opening * depth + "]}}}}" * depth).encode()


def mail(headers: str, body: bytes = b"It rains.\n") -> bytes:
    return headers.encode("latin-1") + b"\n\n" + body


def nested_mail(depth: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(depth)]
    return ("From: a@b\nMessage-ID: <1@x>\n" + "".join(parts) + "\nIt rains.\n").encode()


READ: dict[str, tuple[str, bytes | Callable[[], bytes]]] = {
    # description: the file's name and its bytes; it can be read, completely or in part, and must do no harm
    "external entity": ("a.xml", wxr(
        content="&c; Words.", before='<!DOCTYPE rss [<!ENTITY c SYSTEM "CANARY">]>').encode()),
    "external entity over http": ("a.xml", wxr(
        content="&c; Words.", before='<!DOCTYPE rss [<!ENTITY c SYSTEM "http://127.0.0.1:9/">]>').encode()),
    "parameter entity": ("a.xml", wxr(before='<!DOCTYPE rss [<!ENTITY % x SYSTEM "CANARY"> %x;]>').encode()),
    "external DTD": ("a.xml", wxr(before='<!DOCTYPE rss SYSTEM "CANARY">').encode()),
    "XInclude": ("a.xml", wxr(
        content='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="CANARY"/>W').encode()),
    "stylesheet": ("a.xml", wxr(before='<?xml-stylesheet href="CANARY"?>').encode()),
    "cut off in an item": ("a.xml", exports.wxr(5)[:4000]),
    "cut off in a JSON list": ("a.json", exports.reddit()[:-150]),
    "cut off in a JSON tree": ("a.json", exports.hackernews()[:-120]),
    "cut off in a line": ("a.jsonl", exports.jsonl() * 2 + exports.jsonl()[:60]),
    "cut off mailbox": ("a.mbox", exports.mbox()[:-60]),
    "cut off Disqus": ("a.xml", exports.disqus()[:-200]),
    "a bad line among good ones": ("a.jsonl", exports.jsonl() + b"{not json}\n" + exports.jsonl()),
    "duplicate ids": ("a.jsonl", thread_json(post(1), post(1, text="Other."), post(2, 1)).encode()),
    "two comments that reply to each other": ("a.xml", wxr(comments=comment(1, 2) + comment(2, 1)).encode()),
    "a cycle of three and a tail": ("a.jsonl", thread_json(post(1, 3), post(2, 1), post(3, 2), post(4, 3)).encode()),
    "a post that replies to itself": ("a.jsonl", thread_json(post(1, 1)).encode()),
    "mails that reply to each other": ("a.mbox", b"\n".join(
        b"From x Tue Mar  3 10:00:00 2015\n" + exports.mail(n, "Ann", "Rain", "It rains.\n", 3 - n) for n in (1, 2))),
    "a parent that does not exist": ("a.jsonl", thread_json(post(1, 99)).encode()),
    "the year 0": ("a.xml", wxr(comments=comment(1, 0, date="0000-00-00 00:00:00")).encode()),
    "the year 30000": ("a.jsonl", thread_json(post(1, date="30000-01-01"), post(2, date=1e300)).encode()),
    "a day that no calendar has": ("a.jsonl", thread_json(post(1, date="2015-02-31", omitted=[])).encode()),
    "a mail of the year 30000": ("a.eml", mail("From: a@b\nMessage-ID: <1@x>\nDate: Tue, 3 Mar 30000 10:00:00 +9999")),
    "lone surrogates": ("a.jsonl",
        b'{"id": "t", "title": "\\ud800", "posts": [{"id": "\\udfff", "text": "A \\ud800 word."}]}'),
    "NUL": ("a.jsonl", thread_json(post(1, text="A\x00word."), title="T\x00").encode()),
    "a text cut off in a character": ("a.txt", "Grüße an Ännchen, überall Öl und süße Äpfel".encode() + b"\xc3"),
    "NUL in a text": ("a.txt", b"A\x00 word."),
    "bidirectional controls": ("a.jsonl", thread_json(post(1, author="nnA\u202e"), title="\u2066T\u202e").encode()),
    "fields of wrong types": ("a.jsonl", thread_json(
        post([1], {"a": 2}, author=["x"], date=[1]), title={"a": 1}, url=5).encode()),
    "spans out of range": ("a.jsonl", thread_json(post(1, omitted=[[-5, 99999]])).encode()),
    "spans that are not numbers": ("a.jsonl", thread_json(post(1, omitted=[["a", None]])).encode()),
    "offsets out of range": ("a.jsonl", thread_json(post(1, start=5, end=9**20, omitted=[]), text="A").encode()),
    "a javascript address": ("a.jsonl", thread_json(post(1), url="javascript:alert(1)").encode()),
    "100,000 nested tags in a comment": ("a.jsonl", json.dumps(
        {"post_stream": {"posts": [{"post_number": 1, "cooked": "<b>" * 100_000 + "A word."}]}}).encode()),
    "a wrong declared encoding of a mail": ("a.eml", mail(
        "From: a@b\nMessage-ID: <1@x>\nContent-Type: text/plain; charset=utf-16", "Gr\u00fc\u00dfe".encode("latin-1"))),
    "an unknown encoding of a mail": ("a.eml", mail(
        "From: =?x-none?q?=41?=\nMessage-ID: <1@x>\nSubject: =?utf-8?b?!!!?=\nContent-Type: text/plain; charset=hex")),
    "a mail with broken headers": ("a.eml", mail("From: <<<>>>;;\nMessage-ID: <\nReferences: " + "<" * 50_000)),
    "a mailbox with one broken mail": ("a.mbox",
        exports.mbox() + b"\nFrom x Tue Mar  3 10:00:00 2015\n\xff\xfe\x00\x00\n"),
    "JSON Lines named .mbox": ("a.mbox", exports.jsonl()),
    "an export named .txt": ("a.txt", exports.wxr()),
    "unclosed quotation codes": ("a.jsonl", thread_json(post(1, text="[quote]" * 100_000 + "A word.")).encode()),
    "quotation marks alone": ("a.jsonl", thread_json(post(1, text=">\n" * 100_000 + "A word.")).encode()),
    "a chain of 50,000 deleted posts": ("a.jsonl", lambda: thread_json(
        *(post(n, n - 1, deleted=True) for n in range(1, 50_000)),
        *(post(n, 49_999) for n in range(50_000, 50_500))).encode()),
}  # fmt: skip
REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    # description: the file's name, its bytes and a part of the message
    "zip bomb": ("a.zip", zip_bomb, "more than the limit of 20,000,000 bytes"),
    "zip bomb called a text": ("a.txt", zip_bomb, "more than the limit of 20,000,000 bytes"),
    "gzip bomb": ("a.gz", lambda: gzip.compress(b"0" * 50_000_000), "more than the limit of 20,000,000 bytes"),
    "gzip in gzip": ("a.gz", lambda: gzip.compress(gzip.compress(b"A word.")), "is not text|is an archive"),
    "cut off gzip": ("a.gz", lambda: gzip.compress(b"A word. " * 999)[:-20], "damaged or cut off .gz"),
    "billion laughs": ("a.xml", wxr(content="&j; Words.", before=BOMB).encode(), "broken at line"),
    "quadratic blow-up": ("a.xml", wxr(
        content="&a;" * 50_000, before=f'<!DOCTYPE rss [<!ENTITY a "{"ha " * 50_000}">]>').encode(), "broken at line"),
    "100,000 nested elements": ("a.xml", wxr(content="<a>" * 100_000).encode(), "broken at line"),
    "100,000 nested lists": ("a.json", b'{"posts": ' + b"[" * 100_000, "nested too deeply"),
    "100,000 nested objects": ("a.json", b'{"posts": [{"text": ' * 100_000, "nested too deeply"),
    "100,000 nested replies": ("a.json", lambda: deep_replies(100_000), "nested too deeply"),
    "a number of a million digits": ("a.json",
        b'{"posts": [], "text": "", "n": ' + b"9" * 1_000_000 + b"}", "is cut off or is not JSON"),
    "1,000 mails in each other": ("a.eml", lambda: nested_mail(1_000), "nested too deeply|no post with words"),
    "a program": ("a.txt", b"\x7fELF" + bytes(range(256)), "is a program"),
    "noise": ("a.txt", bytes(range(256)) * 9, "is not text"),
    "noise named .json": ("a.json", bytes(range(256)) * 9, "not a .json file of a format that can be read"),
    "noise named .mbox": ("a.mbox", bytes(range(256)) * 9, "not a .mbox file of a format that can be read"),
    "a drawing": ("a.xml",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "not a .xml file of a format"),
    "a configuration": ("a.json", b'{"name": "x", "version": 1}', "not a .json file of a format that can be read"),
    "an empty file": ("a.json", b"", "is empty"),
    "no posts": ("a.jsonl", b'{"posts": []}', "no threads with words"),
    "posts of wrong types": ("a.jsonl", b'{"posts": [1, null, "x", [], {}]}', "no threads with words"),
    "comments that are all deleted": ("a.xml", exports.DISQUS.format(posts="").encode(), "no post with words"),
    "a wrong declared encoding": ("a.xml", exports.wxr().replace(b"UTF-8", b"UTF-16"), "broken at"),
    "an unknown declared encoding": ("a.xml", exports.wxr().replace(b"UTF-8", b"klingon"), "broken at"),
}  # fmt: skip


def made(folder: Path, name: str, data: bytes | Callable[[], bytes]) -> Path:
    (folder / "canary").write_text(CANARY)
    content = data() if callable(data) else data
    (folder / name).write_bytes(content.replace(b"CANARY", (folder / "canary").as_uri().encode()))
    return folder / name


def assert_harmless(threads: list[Thread]) -> None:
    for thread in threads:
        thread.checked()
        assert CANARY not in str(thread) and len(thread.text) < 1_000_000
        for p in thread.posts:
            assert p.date is None or "1970" <= p.date[:4] <= "2099"
        for shown in (thread.source, thread.title or "", *(p.author or "" for p in thread.posts)):
            assert not set(shown) & {"\x00", "\u202e", "\u2066"}
        assert thread.url is None or thread.url.startswith("https://")


@pytest.mark.parametrize("name", READ)
def test_a_hostile_file_is_read_without_harm(tmp_path: Path, name: str) -> None:
    threads, (report,) = read_all(made(tmp_path, *READ[name]), limits=LIMITS)
    assert_harmless(threads)
    assert report.outcome == "read"
    if "cut off" in name and "mailbox" not in name:
        assert report.reason and "\n" not in report.reason


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    file, data, message = REFUSED[name]
    with pytest.raises(qa.SourceError, match=message) as caught:
        read_all(made(tmp_path, file, data), limits=LIMITS)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_there_are_at_least_forty_hostile_files() -> None:
    assert len(READ) + len(REFUSED) >= 40


@functools.cache
def export(name: str) -> bytes:
    """An export, made once: archives hold the time, and Hypothesis must draw from the same bytes each time."""
    return exports.FORMATS[name]()


@pytest.mark.parametrize("name", exports.FORMATS)
@settings(max_examples=60)
@given(st.data())
def test_a_file_with_altered_bytes_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(export(name))
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[position] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    threads: list[Thread] = []
    with suppress(qa.SourceError):
        threads.extend(open_file(cut, name).threads)
    for thread in threads:
        thread.checked()


def test_bad_files_in_a_folder_are_reported_and_the_rest_are_read(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number:03}.txt").write_text(f"Rain {number}.")
    bad = {f"bad{number}{Path(file).suffix}": data for number, (file, data, _) in enumerate(REFUSED.values())}
    for name, data in bad.items():
        made(tmp_path, name, data)
    threads, reports = read_all(tmp_path, limits=LIMITS)
    assert [thread.text for thread in threads] == [f"Rain {number}." for number in range(100)]
    bad_reports = {report.source: report for report in reports if report.outcome != "read"}
    assert set(bad_reports) == {*bad, "canary"}
    assert all(report.reason and "\n" not in report.reason for report in bad_reports.values())


def test_a_file_over_200_megabytes_is_refused_in_one_line(tmp_path: Path) -> None:
    with (tmp_path / "huge.jsonl").open("wb") as stream:
        stream.truncate(200_000_001)
    (tmp_path / "small.txt").write_text("It rains.")
    threads, reports = read_all(tmp_path)
    assert [thread.text for thread in threads] == ["It rains."]
    assert "more than the limit of 200,000,000" in str(reports[0].reason)


def test_cycles_of_replies_are_broken_at_their_first_post(tmp_path: Path) -> None:
    ((thread,), _) = read_all(made(tmp_path, *READ["a cycle of three and a tail"]))
    assert [post.parent for post in thread.posts] == [None, 0, 1, 2]


def test_replies_to_a_repeated_id_belong_to_its_first_post(tmp_path: Path) -> None:
    ((thread,), _) = read_all(made(tmp_path, *READ["duplicate ids"]))
    assert [(post.text, post.parent) for post in thread.posts] == [
        ("A word.", None),
        ("Other.", None),
        ("A word.", 0),
    ]


def test_the_complete_part_of_a_cut_off_export_is_kept(tmp_path: Path) -> None:
    threads, (report,) = read_all(made(tmp_path, *READ["cut off in an item"]))
    assert [thread.title for thread in threads] == ["Lenses 0"]
    assert "what comes before that is read" in str(report.reason)
    ((thread,), (report,)) = read_all(made(tmp_path, *READ["cut off in a JSON tree"]))
    assert thread.posts[-1].text == "> Paris?\n\nNo, Solms."
    assert "what comes before that is read" in str(report.reason)
