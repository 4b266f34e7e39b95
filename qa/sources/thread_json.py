"""The JSON of a thread, one a line: what `qa export` writes, and what a reader's child process answers.

    {"id": "notes.txt", "title": "Rain", "url": null, "posts": [
        {"id": "0", "parent": null, "author": null, "date": null, "kind": "article", "text": "It rains.",
         "omitted": []},
        {"id": "1", "parent": null, "author": "Ann", "date": "2015-03-03", "kind": "comment", "text": "No.",
         "omitted": []}
    ]}

`id` names the source. A post's `parent` is the `id` of the post that it replies to; `omitted` are spans of its text
that are shown and never indexed. Where the posts, joined by blank lines, are not the whole reading text, that is
`text`, and each post has `start` and `end`, its place in it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from qa.errors import SettingError, SourceError
from qa.sources.compose import DraftPost, compose
from qa.sources.thread import Post, Thread
from qa.types import Progress, no_progress


def thread_to_row(thread: Thread, *, brief: bool = False) -> dict[str, Any]:
    """The thread as JSON; `brief` leaves out the text of posts where the reading text holds it."""
    drafts = [
        DraftPost(p.kind, p.text, p.author, p.date, p.parent, tuple((a - p.start, b - p.start) for a, b in p.omitted))
        for p in thread.posts
    ]
    posts: list[dict[str, Any]] = [
        {
            "id": str(number),
            "parent": None if draft.parent is None else str(draft.parent),
            "author": draft.author,
            "date": draft.date,
            "kind": draft.kind,
            "text": draft.text,
            "omitted": draft.omitted,
        }
        for number, draft in enumerate(drafts)
    ]
    row = {"id": thread.source, "title": thread.title, "url": thread.url, "original": thread.original, "posts": posts}
    if not _is_composed(thread, drafts):
        row["text"] = thread.text
        for row_post, post in zip(posts, thread.posts, strict=True):
            row_post.update(start=post.start, end=post.end)
            if brief:
                del row_post["text"]
    return row


def thread_from_row(row: dict[str, Any]) -> Thread:
    """The thread that `thread_to_row` wrote, exactly. Raises SourceError where it is not one."""
    try:
        posts = row["posts"]
        places: dict[str, int] = {}
        for number, post in enumerate(posts):
            places.setdefault(str(post["id"]), number)
        about = {"title": row["title"], "url": row["url"], "original": row.get("original")}
        if "text" in row:
            text = row["text"]
            placed = tuple(_placed(post, text, places) for post in posts)
            return Thread(row["id"], text, placed, **about).checked()
        return compose(row["id"], [_draft(post, places) for post in posts], **about)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"a thread's JSON lacks {error} or holds it in another form") from error


def _is_composed(thread: Thread, drafts: list[DraftPost]) -> bool:
    try:
        again = compose(thread.source, drafts, title=thread.title, url=thread.url, original=thread.original)
    except SourceError:
        return False
    return again == thread


def _placed(post: dict[str, Any], text: str, places: dict[str, int]) -> Post:
    draft = _draft({"text": "", **post}, places)
    start, end = int(post["start"]), int(post["end"])
    omitted = tuple((start + a, start + b) for a, b in draft.omitted)
    return Post(
        draft.kind, post.get("text", text[start:end]), start, end, draft.author, draft.date, draft.parent, omitted
    )


def _draft(post: dict[str, Any], places: dict[str, int]) -> DraftPost:
    parent = post["parent"]
    return DraftPost(
        post["kind"],
        post["text"],
        post["author"],
        post["date"],
        None if parent is None else places[str(parent)],
        tuple((int(a), int(b)) for a, b in post["omitted"]),
    )


def export_threads(
    threads: Iterable[Thread], total: int, path: str | os.PathLike[str], progress: Progress = no_progress
) -> int:
    """Write one thread a line to the file at `path`, whole or not at all; return their number.

    Raises SettingError where the file cannot be written.
    """
    written, beside = 0, None
    try:
        target = Path(path)
        handle, beside = tempfile.mkstemp(prefix=f".{target.name[:60]}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            for thread in threads:
                progress("exporting", written, total)
                stream.write(json.dumps(thread_to_row(thread), ensure_ascii=False) + "\n")
                written += 1
        Path(beside).chmod(0o666 & ~_umask())
        Path(beside).replace(target)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise SettingError(f"cannot write {str(path)!r}: {reason}; give the name of a file, in a folder") from error
    finally:
        if beside is not None:
            with suppress(FileNotFoundError):
                Path(beside).unlink()
    progress("exporting", written, total)
    return written


def _umask() -> int:
    """What this process leaves out of a new file's permissions; asking for it is setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
