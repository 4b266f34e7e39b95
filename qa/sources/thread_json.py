"""The JSON of a thread, one per line: what `qa export` writes and `qa.sources.formats.jsonl` reads exactly.

    {"id": "notes.txt", "title": "Rain", "url": null, "posts": [
        {"id": "0", "parent": null, "author": null, "date": null, "kind": "article", "text": "It rains.",
         "omitted": []},
        {"id": "1", "parent": null, "author": "Ann", "date": "2015-03-03", "kind": "comment", "text": "No.",
         "omitted": []}
    ]}

`id` names the source. A post's `parent` is the `id` of the post that it replies to; `omitted` are spans of its text
that are shown but never indexed, and `locations`, which most formats do not have, say which page or time its parts are
from. If the posts joined by blank lines are not the whole reading text, the row also has
the reading text as `text`, and each post its `start` and `end` in it. `tags`, if there are any, are its keywords.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, compose, is_composed
from qa.sources.location import location_from_row, location_row, shifted
from qa.sources.replacement import replacement_of, reporting_unwritable
from qa.sources.thread import Post, Thread
from qa.types import Progress, StrPath, no_progress


def thread_to_row(thread: Thread) -> dict[str, Any]:
    """The thread as the JSON object that the module describes."""
    posts: list[dict[str, Any]] = [
        {
            "id": str(number),
            "parent": None if post.parent is None else str(post.parent),
            "author": post.author,
            "date": post.date,
            "kind": post.kind,
            "text": post.text,
            "omitted": [(start - post.start, end - post.start) for start, end in post.omitted],
            **({"locations": list(map(location_row, shifted(post.locations, -post.start)))} if post.locations else {}),
        }
        for number, post in enumerate(thread.posts)
    ]
    about = {"title": thread.title, "url": thread.url, "original": thread.original}
    row = {"id": thread.source, **about, **({"tags": list(thread.tags)} if thread.tags else {}), "posts": posts}
    if not is_composed(thread):
        row["text"] = thread.text
        for post_row, post in zip(posts, thread.posts, strict=True):
            post_row.update(start=post.start, end=post.end)
    return row


def thread_from_row(row: dict[str, Any]) -> Thread:
    """The thread that `thread_to_row` wrote, exactly.

    Raises:
        SourceError: The row is not in that form, or its thread is inconsistent.
    """
    try:
        posts = row["posts"]
        numbers: dict[str, int] = {}
        for number, post in enumerate(posts):
            numbers.setdefault(str(post["id"]), number)
        about = {"title": row["title"], "url": row["url"], "original": row.get("original")}
        tags = tuple(row.get("tags", ()))
        drafts = [_draft(post, numbers) for post in posts]
        if "text" not in row:
            return replace(compose(row["id"], drafts, **about), tags=tags).checked()
        spans = [(int(post["start"]), int(post["end"])) for post in posts]
        placed = tuple(_placed(draft, *span) for draft, span in zip(drafts, spans, strict=True))
        return Thread(row["id"], row["text"], placed, **about, tags=tags).checked()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"a thread's JSON lacks {error} or holds it in another form") from error


def _draft(post: dict[str, Any], numbers: dict[str, int]) -> DraftPost:
    parent = post["parent"]
    return DraftPost(
        post["kind"],
        post["text"],
        post["author"],
        post["date"],
        None if parent is None else numbers[str(parent)],
        tuple((int(start), int(end)) for start, end in post["omitted"]),
        tuple(map(location_from_row, post.get("locations", ()))),
    )


def _placed(draft: DraftPost, start: int, end: int) -> Post:
    omitted = tuple((start + first, start + last) for first, last in draft.omitted)
    placed = shifted(draft.locations, start)
    return Post(draft.kind, draft.text, start, end, draft.author, draft.date, draft.parent, omitted, placed)


def export_threads(threads: Iterable[Thread], total: int, path: StrPath, progress: Progress = no_progress) -> int:
    """Write one thread per line to a file, completely or not at all.

    Args:
        threads: The threads, read one by one as they are written.
        total: The number of threads, for `progress`.
        path: The file, which is replaced if it exists.
        progress: Called with the stage "exporting" before each thread.

    Returns:
        The number of threads.

    Raises:
        SettingError: The file cannot be written.
    """
    with replacement_of(path) as stream:

        def write(line: bytes) -> None:
            with reporting_unwritable(path):
                stream.write(line)

        return write_threads(threads, total, write, progress)


def write_threads(
    threads: Iterable[Thread], total: int, write: Callable[[bytes], object], progress: Progress = no_progress
) -> int:
    """Write one thread per line, in UTF-8; it takes and returns what `export_threads` does.

    Args:
        threads: The threads.
        total: Their number.
        write: Called with each line and its end.
        progress: Called before each thread.
    """
    written = 0
    for thread in threads:
        progress("exporting", written, total)
        write((json.dumps(thread_to_row(thread), ensure_ascii=False) + "\n").encode())
        written += 1
    progress("exporting", written, total)
    return written
