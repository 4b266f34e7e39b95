"""Each format: a file as its program writes it, and the threads that it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import qa
from benchmarks import exports
from qa.sources.thread import Thread
from qa.sources.worker import open_file

PostRow = tuple[str, str | None, str | None, int | None, str]


def read_threads(data: bytes, name: str) -> list[Thread]:
    return list(open_file(data, name).threads)


def post_rows(thread: Thread) -> list[PostRow]:
    return [(post.kind, post.author, post.date, post.parent, post.text) for post in thread.posts]


def intact_rows(data: bytes, name: str) -> list[list[PostRow]]:
    """The posts of each thread of a file, also of one that is read in part."""
    threads: list[Thread] = []
    with suppress(qa.SourceError):
        threads.extend(open_file(data, name).threads)
    return [post_rows(thread) for thread in threads]


def omitted(thread: Thread) -> list[str]:
    return [thread.text[start:end] for post in thread.posts for start, end in post.omitted]


def test_wordpress() -> None:
    (thread,) = read_threads(exports.wxr(), "blog.xml")
    assert (thread.source, thread.title, thread.url) == ("blog.xml · Lenses 0", "Lenses 0", "https://blog.example/0")
    assert post_rows(thread) == [
        ("article", "Lily Lens", "2011-03-03", None, "Lenses are ground in Solms.\n\nIt takes weeks & care."),
        ("comment", "Ann", "2011-03-04", None, "Lovely.\nWhich glass?"),
        ("comment", "Bob", None, 1, "Which glass?\n\nSchott glass."),
        ("comment", "Cy", None, None, "No, spam."),
    ]
    assert omitted(thread) == ["Which glass?"]


def test_disqus() -> None:
    (thread,) = read_threads(exports.disqus(), "disqus.xml")
    assert (thread.source, thread.title) == ("disqus.xml · Lenses & glass", "Lenses & glass")
    assert thread.url == "https://blog.example/1"
    assert post_rows(thread) == [
        ("comment", "Ann", "2011-03-04", None, "Where are they made?"),
        ("comment", "Cy", "2011-03-05", 0, "Where?\n\nIn Solms."),
    ]
    assert omitted(thread) == ["Where?"]


def test_discourse() -> None:
    (thread,) = read_threads(exports.discourse(), "topic.json")
    assert (thread.source, thread.title) == ("topic.json", "Lenses")
    assert post_rows(thread) == [
        ("article", "Lily", "2020-01-01", None, "Lenses are ground in Solms."),
        ("comment", "Ann", "2020-01-02", None, "Why?"),
        ("comment", "Bob", "2020-01-03", 1, "ann:\n\nWhy?\n\nTradition."),
    ]
    assert omitted(thread) == ["ann:\n\nWhy?"]


def test_missing_posts_of_discourse_are_reported() -> None:
    topic = json.loads(exports.discourse())
    topic["post_stream"]["stream"] += [900, 901]
    threads = open_file(json.dumps(topic).encode(), "topic.json").threads
    assert len(next(threads).posts) == 3
    with pytest.raises(qa.SourceError, match="holds 5 of the 7 posts of 'Lenses'"):
        next(threads)


def test_reddit() -> None:
    (thread,) = read_threads(exports.reddit(), "reddit.json")
    assert (thread.source, thread.title) == ("reddit.json", "Lenses & glass")
    assert thread.url == "https://www.reddit.com/r/leica/comments/abc/lenses/"
    assert post_rows(thread) == [
        ("article", "lily", "2015-03-03", None, "Where are they ground?"),
        ("comment", "ann", "2015-03-03", None, "In Paris?"),
        ("comment", "cy", "2015-03-03", 1, "> gone words\n\nNo, in Solms & Wetzlar."),
        ("comment", "dee", "2015-03-03", None, "Yes."),
    ]
    assert omitted(thread) == ["> gone words"]


def test_missing_comments_of_reddit_are_reported() -> None:
    listings = json.loads(exports.reddit())
    listings[1]["data"]["children"].append({"kind": "more", "data": {"count": 12, "children": []}})
    threads = open_file(json.dumps(listings).encode(), "reddit.json").threads
    assert len(next(threads).posts) == 4
    with pytest.raises(qa.SourceError, match="lacks 12 comments"):
        next(threads)


def test_a_dump_of_reddit_is_grouped_by_post() -> None:
    lines = [
        {
            "id": "c1",
            "link_id": "t3_a",
            "parent_id": "t3_a",
            "author": "ann",
            "body": "Yes.",
            "created_utc": "1425340800",
        },
        {"id": "b", "title": "Bread", "selftext": "", "author": "bob", "permalink": "/r/x/comments/b/bread/"},
        {"id": "a", "title": "Lenses", "selftext": "Solms?", "author": "lily", "permalink": "/r/x/comments/a/lenses/"},
        {"id": "c2", "link_id": "t3_a", "parent_id": "t1_c1", "author": "[deleted]", "body": "No."},
    ]
    (thread,) = read_threads("\n".join(map(json.dumps, lines)).encode(), "dump.ndjson")
    assert (thread.source, thread.url) == ("dump.ndjson · Lenses", "https://www.reddit.com/r/x/comments/a/lenses/")
    assert post_rows(thread) == [
        ("article", "lily", None, None, "Solms?"),
        ("comment", "ann", "2015-03-03", None, "Yes."),
        ("comment", None, None, 1, "No."),
    ]


@pytest.mark.parametrize(("make", "name"), [(exports.hackernews, "hn.json"), (exports.hackernews_items, "hn.jsonl")])
def test_hacker_news(make: Callable[[], bytes], name: str) -> None:
    (thread,) = read_threads(make(), name)
    assert (thread.source, thread.title) == (name, "Ask HN: Lenses?")
    assert thread.url == "https://news.ycombinator.com/item?id=1"
    assert post_rows(thread) == [
        ("article", "lily", "2015-03-03", None, "Where are lenses ground?"),
        ("comment", "ann", "2015-03-03", None, "Paris?\n\nOr Rome?"),
        ("comment", "cy", "2015-03-03", 1, "> Paris?\n\nNo, Solms."),
        ("comment", "dee", "2015-03-03", None, "Yes."),
    ]
    assert omitted(thread) == ["> Paris?"]


def test_a_mailbox_is_grouped_into_threads() -> None:
    lenses, bread = read_threads(exports.mbox(), "list.mbox")
    assert (lenses.source, lenses.title) == ("list.mbox · [glass] Lenses", "[glass] Lenses")
    assert post_rows(lenses) == [
        (
            "article", "Lily Lens", "2015-03-01", None,
            "Where are lenses ground?\n\nFrom here it is far.\n\n-- \nLily, Wetzlar",
        ),
        (
            "comment", "Änn Ö", "2015-03-02", None,
            "On Tue, 1 Mar 2015, Lily Lens wrote:\n> Where are\n> they?\n\nIn Solms.",
        ),
        ("comment", "Cy", "2015-03-04", 1, "No, in Paris."),
    ]  # fmt: skip
    assert omitted(lenses) == ["-- \nLily, Wetzlar", "On Tue, 1 Mar 2015, Lily Lens wrote:\n> Where are\n> they?"]
    assert post_rows(bread) == [
        ("article", "Dee", "2015-03-03", None, "Bread is baked at night."),
        ("comment", "Eve", "2015-03-05", None, "At dawn."),
    ]


def test_a_single_message_in_html_with_an_attachment() -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "ann@example.org", "Lenses", "<1@x>"
    message.set_content("<p>In <b>Solms</b>.</p><blockquote>Where?</blockquote>", subtype="html")
    message.add_attachment(b"secret words", maintype="text", subtype="plain", filename="notes.txt")
    (thread,) = read_threads(message.as_bytes(), "one.eml")
    assert (thread.source, thread.title) == ("one.eml", "Lenses")
    assert post_rows(thread) == [("article", "ann", None, None, "In Solms.\n\nWhere?")]
    assert omitted(thread) == ["Where?"]


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ("=?utf-8?q?Doe=2C_J=C3=A4ne?= <jane@example.org>", "Doe, Jäne"),
        ('"Doe, Jane" <jane@example.org>', "Doe, Jane"),
        ("jane at example.org (Jane Doe)", "Jane Doe"),
        ("jane@example.org", "jane"),
        ("Jäne <j@x>", "Jäne"),
        ("", None),
    ],
)
def test_the_author_of_a_mail(sender: str, author: str | None) -> None:
    (thread,) = read_threads(f"From: {sender}\nMessage-ID: <1@x>\n\nIt rains.\n".encode(), "a.eml")
    assert thread.posts[0].author == author


def test_threads_as_json_lines() -> None:
    (thread,) = read_threads(exports.jsonl(), "threads.jsonl")
    assert (thread.source, thread.title, thread.url) == ("lenses", "Lenses", "https://forum.example/1")
    assert post_rows(thread) == [
        ("article", "Lily", "2015-03-03", None, "Lenses are ground in Solms."),
        ("comment", "Ann", "2015-03-04", None, "Why?"),
        ("comment", None, None, 1, "> Why?\nTradition."),
    ]
    assert omitted(thread) == ["> Why?"]


def test_json_lines_with_similar_fields_are_read() -> None:
    rows = [
        {"thread_id": "q1", "title": "Rent", "text": "How much?", "author": "Don", "date": "2009-07-30 11:45:31",
         "comments": [{"id": "q1c1", "author": "Ann", "date": "2009-07-31 00:00:00", "text": "1600."}]},
        {"thread_id": "m1", "title": "Names", "comments": [{"id": "1", "author": "Eve", "text": "First."},
                                                            {"id": "2", "author": "Dan", "text": "Second."}]},
        {"thread_id": "s1", "title": "Strike", "text": "", "comments": [{"id": "a", "text": "Use tildes."}]},
    ]  # fmt: skip
    threads = read_threads("\n".join(map(json.dumps, rows)).encode(), "t.jsonl")
    assert [thread.source for thread in threads] == ["t.jsonl · Rent", "t.jsonl · Names", "t.jsonl · Strike"]
    assert [post_rows(thread) for thread in threads] == [
        [("article", "Don", "2009-07-30", None, "How much?"), ("comment", "Ann", "2009-07-31", None, "1600.")],
        [("comment", "Eve", None, None, "First."), ("comment", "Dan", None, None, "Second.")],
        [("comment", None, None, None, "Use tildes.")],
    ]


@pytest.mark.parametrize("name", exports.FORMATS)
@pytest.mark.parametrize("ending", [".txt", "", ".md", ".html"])
def test_a_format_is_recognised_under_any_file_name(name: str, ending: str) -> None:
    data = exports.FORMATS[name]()
    assert open_file(data, f"file{ending}").format == open_file(data, name).format
    assert open_file(data, name).format.name != "text"
    assert intact_rows(data, f"file{ending}") == intact_rows(data, name) != []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dear Ann,\n\nit rains.", "a.txt"),
        ('{"a": 1} is JSON.', "a.md"),
        ("Note: this\nis: a text.\n\nIt goes on.", "a.txt"),
        ("<3 lenses", "a.txt"),
        ("From the sea it came.\n\nMore.", "a.txt"),
        ("Date: today\n\nSubject: rain", "a.txt"),
    ],
)
def test_a_text_that_resembles_another_format_is_read_as_text(text: str, name: str) -> None:
    (thread,) = read_threads(text.encode(), name)
    assert (open_file(text.encode(), name).format.name, thread.text, thread.original) == ("text", text, None)


def test_a_library_keeps_the_hash_of_the_original_file(tmp_path: Path, encoder: object) -> None:
    import hashlib

    (tmp_path / "topic.json").write_bytes(exports.discourse())
    (tmp_path / "list.mbox").write_bytes(exports.mbox())
    library = qa.build([tmp_path / "topic.json", tmp_path / "list.mbox"], tmp_path / "library", encoder=encoder)
    assert [row.name for row in library.sources] == ["topic.json", "list.mbox · [glass] Lenses", "list.mbox · Bread"]
    assert library.thread("topic.json").original == hashlib.sha256(exports.discourse()).hexdigest()
    assert library.thread("list.mbox · Bread") == list(qa.read(tmp_path / "list.mbox"))[1]
    assert [(report.source, report.format, report.threads, report.posts) for report in library.reports] == [
        ("topic.json", "Discourse topic", 1, 3),
        ("list.mbox", "e-mail", 2, 5),
    ]
    assert not library.search("Lily Wetzlar signature", phrase="Lily, Wetzlar")
    library.verify()


def test_a_compressed_file_is_decompressed(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "list.mbox.gz").write_bytes(gzip.compress(exports.mbox()))
    assert [thread.source for thread in qa.read(tmp_path)] == [
        "list.mbox.gz · [glass] Lenses",
        "list.mbox.gz · Bread",
    ]
