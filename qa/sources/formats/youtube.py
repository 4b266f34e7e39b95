"""Comments under a video: yt-dlp's `.info.json`, the lines of youtube-comment-downloader, YouTube's Data API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each video: its description and the comments under it.

    Raises SourceError if there is none, or the file is cut off.
    """
    values, error = complete_objects(data, name)
    pages = Pages()
    for item in values:
        if isinstance(item.get("cid"), str):
            _add_line(pages, item)
        elif "title" in item and "snippet" not in item:
            _add_video(pages, item)
        else:
            for inner in walk(item):
                _add_snippet(pages, inner)
    yield from pages.threads(name, error)


def _add_video(pages: Pages, video: dict[str, Any]) -> None:
    page = pages.page(video.get("id"))
    page.title, page.url = label(video.get("title")), address(video.get("webpage_url"))
    author = label(video.get("uploader")) or label(video.get("channel"))
    day = video.get("upload_date")  # 20220415
    day = day_of(f"{day[:4]}-{day[4:6]}-{day[6:]}") if isinstance(day, str) else day_of(video.get("timestamp"))
    page.article = RawPost("", None, text_draft("article", video.get("description"), author, day))
    comments = video.get("comments")
    for comment in comments if isinstance(comments, list) else []:
        if isinstance(comment, dict):
            text, html = comment.get("text"), comment.get("html")
            about = label(comment.get("author")), day_of(comment.get("timestamp"))
            draft = html_draft("comment", html, *about) if html and not text else text_draft("comment", text, *about)
            page.comments.append(RawPost(str(comment.get("id")), str(comment.get("parent")), draft))


def _add_line(pages: Pages, line: dict[str, Any]) -> None:
    """A line of youtube-comment-downloader, whose replies have the id of their comment, a dot and their own."""
    draft = text_draft("comment", line.get("text"), label(line.get("author")), day_of(line.get("time_parsed")))
    pages.page("").comments.append(RawPost(line["cid"], line["cid"].rpartition(".")[0] or None, draft))


def _add_snippet(pages: Pages, item: dict[str, Any]) -> None:
    snippet = item.get("snippet")
    if not isinstance(snippet, dict) or "authorDisplayName" not in snippet:
        return
    author, day = label(snippet.get("authorDisplayName")), day_of(snippet.get("publishedAt"))
    if snippet.get("textOriginal"):
        draft = text_draft("comment", snippet["textOriginal"], author, day)
    else:
        draft = html_draft("comment", snippet.get("textDisplay"), author, day)
    parent = find(snippet, "parentId")
    page = pages.page(snippet.get("videoId", ""))
    page.comments.append(RawPost(str(item.get("id")), None if parent is None else str(parent), draft))
