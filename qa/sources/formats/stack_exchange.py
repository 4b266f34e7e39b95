"""Stack Exchange: questions with their answers and comments, from its API or from the XML of a data dump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import RawPost
from qa.sources.formats import xml
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread

_ROW, _BEGINNING = re.compile(rb"<(?:posts|comments)>\s*<row "), 2_000  # bytes
_QUESTION, _ANSWER = "1", "2"  # types of posts in a dump; the others are descriptions of tags and the like


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each question. Raises SourceError if there is none, or the file is cut off."""
    is_dump = _ROW.search(data, 0, _BEGINNING)
    yield from _Dump().read(data, name) if is_dump else _Api().read(data, name)


class _Questions:
    """Questions by their ids, and the question that each answer belongs to."""

    def __init__(self) -> None:
        self.pages = Pages()
        self._question_of: dict[str, str] = {}

    def add_question(self, id_: str, title: str | None, url: str | None, draft: Any) -> None:
        page = self.pages.page(id_)
        page.title, page.url, page.article = title, url, RawPost(id_, None, draft)

    def add_answer(self, id_: str, question: str, draft: Any) -> None:
        self._question_of[id_] = question
        self.pages.page(question).comments.append(RawPost(id_, question, draft))

    def add_comment(self, id_: str, post: str, draft: Any) -> None:
        page = self.pages.page(self._question_of.get(post, post))
        page.comments.append(RawPost(f"comment {id_}", post, draft))


class _Api(_Questions):
    def read(self, data: bytes, name: str) -> Iterator[Thread]:
        values, error = complete_objects(data, name)
        for item in walk(values):
            if "comment_id" in item and "post_id" in item:
                self.add_comment(str(item["comment_id"]), str(item["post_id"]), self._draft("comment", item))
            elif "answer_id" in item and "question_id" in item and ("body" in item or "body_markdown" in item):
                self.add_answer(str(item["answer_id"]), str(item["question_id"]), self._draft("comment", item))
            elif "question_id" in item and "title" in item:
                title, url = label(html_to_text(item["title"])[0]), address(item.get("link"))
                self.add_question(str(item["question_id"]), title, url, self._draft("article", item))
        yield from self.pages.threads(name, error)

    def _draft(self, kind: Kind, item: dict[str, Any]) -> Any:
        author = label(html_to_text(find(item, "owner", "display_name"))[0])
        day = day_of(item.get("creation_date"))
        if item.get("body"):
            return html_draft(kind, item["body"], author, day)
        return text_draft(kind, item.get("body_markdown"), author, day)


class _Dump(_Questions):
    def read(self, data: bytes, name: str) -> Iterator[Thread]:
        damage = None
        try:
            for row in xml.children(data, name, "posts"):
                self._add_post(row.attrib)
            for row in xml.children(data, name, "comments"):
                fields = row.attrib
                author = label(fields.get("UserDisplayName")) or _user(fields.get("UserId"))
                draft = text_draft("comment", fields.get("Text"), author, day_of(fields.get("CreationDate")))
                self.add_comment(fields.get("Id", ""), fields.get("PostId", ""), draft)
        except SourceError as error:
            damage = error
        yield from self.pages.threads(name, damage)

    def _add_post(self, fields: Any) -> None:
        author = label(fields.get("OwnerDisplayName")) or _user(fields.get("OwnerUserId"))
        day = day_of(fields.get("CreationDate"))
        if fields.get("PostTypeId") == _QUESTION:
            draft = html_draft("article", fields.get("Body"), author, day)
            self.add_question(fields.get("Id", ""), label(fields.get("Title")), None, draft)
        elif fields.get("PostTypeId") == _ANSWER:
            draft = html_draft("comment", fields.get("Body"), author, day)
            self.add_answer(fields.get("Id", ""), fields.get("ParentId", ""), draft)


def _user(id_: str | None) -> str | None:
    """The name that Stack Exchange shows for a user who chose none; a dump names users in another file."""
    return label(f"user{id_}") if id_ else None
