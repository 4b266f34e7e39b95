"""A saved web page as a thread: the article, and each comment under it a post with its author, day and parent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.sources.compose import DraftPost, compose
from qa.sources.left_out import lines_left_out
from qa.sources.thread import Thread

if TYPE_CHECKING:
    from qa.sources.webpage.extract import PageComments


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the thread of a page.

    Args:
        data: The page as it was saved.
        name: The name of the source.

    Raises:
        SourceError: The bytes are not text, or the page holds no words.
    """
    from qa.sources.webpage import article, blocks, extract, json_ld, metadata, parse

    root = parse.parse_page(data, name)
    if root is None:
        yield compose(name, [])
        return
    lines = [block.text for block in blocks.lay_out(root)]  # before the tree is taken apart
    heading = metadata.find_title(root)
    comments = extract.extract_comments(root)
    scripts = json_ld.read_json_ld(root)
    if not comments.have_text and (machine_readable := json_ld.find_comments(scripts)):
        comments = extract.PageComments.from_json_ld(machine_readable)
    page = metadata.read_metadata(root, scripts, heading, is_forum=comments.is_forum)
    main = article.MainText("") if comments.is_forum else article.extract_main_text(root)
    author = page.author or (main.author if comments.comments else None)  # on a page of a discussion
    drafts = [DraftPost("article", main.text, author, page.date), *_draft_comments(comments)]
    known = [page.title, *(draft.author for draft in drafts)]
    left_out = lines_left_out(lines, "\n".join(draft.text for draft in drafts), known)
    url = page.url or metadata.saved_address(data)
    yield compose(name, drafts, title=page.title, url=url, left_out=left_out)


def _draft_comments(comments: PageComments) -> Iterator[DraftPost]:
    """The posts of the comments, which follow the article's; the first of a forum's is the article itself."""
    for number, (comment, above) in enumerate(zip(comments.comments, comments.parents, strict=True)):
        opens_thread = comments.is_forum and not number
        answers_article = above is None or (comments.is_forum and not above)
        yield DraftPost(
            "article" if opens_thread else "comment",
            comment.text,
            comment.author,
            comment.date,
            None if answers_article or above is None else above + 1,
            comment.omitted,
        )
