"""The block of metadata before a text, and comments in Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder

import qa

BODY = "The pump stands in Kiel. It is loud."


@pytest.mark.parametrize(
    ("block", "title", "author", "day"),
    [
        (
            "---\ntitle: The pump\nauthor: Ann Lee\ndate: 2015-03-03 10:00:00 +0100\ntags: [a, b]\n---\n",
            "The pump",
            "Ann Lee",
            "2015-03-03",
        ),
        (
            "---\r\ntitle: 'The pump: a story'\r\nauthors:\r\n  - Ann\r\n  - name: Bob\r\n---\r\n",
            "The pump: a story",
            "Ann, Bob",
            None,
        ),
        ("---\naliases: [P]\ncreated: 2015-03-03\n---\n", None, None, "2015-03-03"),
        (
            '+++\ntitle = "The pump"\ndate = 2015-03-03T10:00:00Z\nauthors = ["Ann Lee"]\n+++\n',
            "The pump",
            "Ann Lee",
            "2015-03-03",
        ),
        (
            '{\n "title": "The pump",\n "date": "2015-03-03",\n "author": "Ann Lee"\n}\n',
            "The pump",
            "Ann Lee",
            "2015-03-03",
        ),
        ("Title: The pump\nDate: 2015-03-03 10:20\nAuthor: Ann Lee\nTags: a, b\n", "The pump", "Ann Lee", "2015-03-03"),
        ("The pump\n########\n\n:date: 2015-03-03 10:20\n:author: Ann Lee\n", "The pump", "Ann Lee", "2015-03-03"),
    ],
)
def test_the_block_names_title_author_and_day_and_is_no_text(
    block: str, title: str | None, author: str | None, day: str | None
) -> None:
    thread = qa.Thread.from_text(f"{block}\n{BODY}\n").checked()
    (post,) = thread.posts
    assert (thread.title, post.author, post.date, post.text) == (title, author, day, BODY)
    assert thread.text == f"{block}\n{BODY}\n"


@pytest.mark.parametrize(
    ("block", "tags"),
    [
        ("---\ntitle: P\ntags: [a, Großer Motor, a]\n---\n", ("a", "Großer Motor")),
        ("---\ntags:\n  - pump\n  - 2015\n---\n", ("pump", "2015")),
        ('---\ntags: pump, "big engine"\n---\n', ("pump", "big engine")),
        ('---\ntags: "#pump #work/loud"\n---\n', ("pump", "work/loud")),
        ("---\ntitle: P\nkeywords: pump\n---\n", ("pump",)),
        ('+++\ntitle = "P"\ntags = ["pump", "loud"]\n+++\n', ("pump", "loud")),
        ('{\n "title": "P",\n "tags": ["pump"]\n}\n', ("pump",)),
        ("Title: P\nTags: pump, loud\n", ("pump", "loud")),
        ("The pump\n########\n\n:tags: pump, loud\n:date: 2015-03-03\n", ("pump", "loud")),
        ("---\ntitle: P\ntags: {a: 1}\n---\n", ()),
        ("---\ntitle: P\ntags:\n---\n", ()),
    ],
)
def test_the_tags_of_a_block_are_kept_wherever_the_text_goes(block: str, tags: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pump.md").write_text(f"{block}\n{BODY}\n", encoding="utf-8")
    (thread,) = qa.read(tmp_path / "pump.md")
    assert thread.tags == tags
    library = qa.build([tmp_path / "pump.md"], tmp_path / "library", encoder=FakeEncoder(), reader=None)
    assert library.thread("pump.md").tags == tags and library.verify()
    library.export(tmp_path / "all.jsonl")
    assert [again.tags for again in qa.read(tmp_path / "all.jsonl")] == [tags]


@pytest.mark.parametrize("tags", [["a"], ("a", 1), ("a\ud800",)])
def test_tags_that_cannot_be_stored_are_refused(tags: Any) -> None:
    with pytest.raises(qa.SourceError):
        replace(qa.Thread.from_text(BODY), tags=tags).checked()


@pytest.mark.parametrize(
    "text",
    [
        "It rains.\n\n---\ntitle: a\n---\n\nMore.", "Note: it rains\nThis: a text.\n\nMore.", "Title: no more\n\nIt rains.",
        "---\n- a\n- b\n---\n\nMore.", "{1, 2} is a set.", "Date: today\nSubject: rain\n\nIt rains.", '{"title": "a"}',
    ],
)  # fmt: skip
def test_a_text_that_resembles_a_block_is_text(text: str) -> None:
    assert [post.text for post in qa.Thread.from_text(text).posts] == [text]


@pytest.mark.parametrize(
    "block",
    [
        "---\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" if n else "a0: &a0 [x]\n" for n in range(99)) + "---\n",
        "---\ntitle: !!python/object/apply:os.system ['false']\n---\n", "---\n" + "[" * 9_000 + "\n---\n", "{" * 9_000 + "\n",
    ],
)  # fmt: skip
def test_a_hostile_block_is_text_or_passed_over(block: str) -> None:
    assert qa.Thread.from_text(f"{block}\n{BODY}\n").checked().posts[-1].text.endswith(BODY)


@pytest.mark.parametrize(
    ("comments", "day"),
    [
        ("**Ann**: In Bonn.\n\n**Bob**: No, in Ulm.", None), ("**Ann:** In Bonn.\n\n**Bob:** No, in Ulm.", None),
        ("**Ann** (2015-03-03): In Bonn.\n\n**Bob** (2015-03-03): No, in Ulm.", "2015-03-03"),
        ("**Ann**\n\nIn Bonn.\n\n**Bob**\n\nNo, in Ulm.", None), ("### Ann\n\nIn Bonn.\n\n### Bob\n\nNo, in Ulm.", None),
        ("- **Ann**: In Bonn.\n- **Bob**: No, in Ulm.", None),
        ("**Ann** · 2015-03-03\n\nIn Bonn.\n\n**Bob** · 2015-03-03\n\nNo, in Ulm.", "2015-03-03"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("heading", ["## Comments", "## Kommentare", "## Commentaires", "## 2 comments"])
def test_comments_in_markdown_are_told_by_the_names_in_bold(heading: str, comments: str, day: str | None) -> None:
    thread = qa.Thread.from_text(f"# Pump\n\n{BODY}\n\n{heading}\n\n{comments}\n")
    assert [(post.kind, post.author, post.date, post.text) for post in thread.posts] == [
        ("article", None, None, f"# Pump\n\n{BODY}"), ("comment", "Ann", day, "In Bonn."),
        ("comment", "Bob", day, "No, in Ulm."),
    ]  # fmt: skip


def test_bold_words_without_a_heading_of_comments_are_the_articles() -> None:
    text = f"# Pump\n\n{BODY}\n\n## Parts\n\n**Valve**: made in Bonn.\n\n**Pipe**: made in Ulm."
    assert [post.text for post in qa.Thread.from_text(text).posts] == [text]
