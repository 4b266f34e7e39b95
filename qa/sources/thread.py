"""Thread and Post: an article with its comments, and where each of them is in the source's reading text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, get_args

from qa.errors import SourceError
from qa.sources.location import Location
from qa.sources.patterns.lines import span_of, split_lines
from qa.sources.sanitize import first_surrogate
from qa.types import Span

if TYPE_CHECKING:
    from qa.sources.left_out import LeftOut
    from qa.sources.plaintext.comments import CommentLines

Kind = Literal["article", "comment"]


@dataclass(frozen=True, slots=True)
class Post:
    """One article or comment: `text` is exactly `thread.text[start:end]`.

    `author` and `date` (ISO 8601) are None if the source does not name them. `parent` is the index of the post that
    this one replies to, None for the article and for comments on it. `omitted` are spans inside the post (offsets
    into the thread's text) that are shown but never indexed, because they are not its content: the label of a share
    button, or someone else's words that a comment quotes. `locations` say where its parts stand in the file: on which
    page of a PDF, at which time of a recording or a chat; empty for most formats.
    """

    kind: Kind
    text: str
    start: int
    end: int
    author: str | None = None
    date: str | None = None
    parent: int | None = None
    omitted: tuple[Span, ...] = ()
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a thread came from.

    Attributes:
        key: A hash of the file's resolved path and, for one of several threads in it, of its address or name there.
        name: The thread's name when it was read. A thread that was given another name since is another source.
        folder: The folders from the one that was given down to the file, as in "src/beta"; empty if there are none.
        path: The file's resolved path, whose last parts tell sources of one name apart; None once it is stored, since
            a library holds no path of the machine.
    """

    key: str
    name: str
    folder: str = ""
    path: PurePath | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Thread:
    """A source's reading text with the posts found in it, in reading order.

    `source` is a name; at most the end of a path that tells it from others. Every offset counts code points of `text`,
    which is never cleaned. `url` is the source's own address, None if it does not name one. `original` is the SHA-256
    of the file that the text was extracted from, None if the text is the file itself. `origin` is where it was read
    from, by which a library recognises it; None if it came from no file: then it is recognised by its name. `left_out`
    are the lines of the file that are in no post, None if its format leaves out none; like the origin's path, it is not
    stored. `tags` are the keywords that a file gives before its text, without "#".
    """

    source: str
    text: str
    posts: tuple[Post, ...]
    title: str | None = None
    url: str | None = None
    original: str | None = None
    origin: Origin | None = field(default=None, repr=False, compare=False)
    left_out: LeftOut | None = field(default=None, repr=False, compare=False)
    tags: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str, *, title: str | None = None) -> Thread:
        """Parse a text in memory as a text file would be parsed.

        Args:
            text: An article, or an article followed by its comments.
            title: The title, which also names the source. An untitled text is named after its first words and its
                hash, so that two untitled texts have different names.

        Raises:
            SourceError: The text is empty or cannot be stored as UTF-8.
        """
        return thread_from_text(text, source=title, title=title)

    def checked(self) -> Thread:
        """The thread itself. Raises SourceError if it is inconsistent or cannot be stored."""
        if not self.source or not isinstance(self.source, str):
            raise SourceError(f"a thread's source is a name, not {self.source!a:.80}")
        if not isinstance(self.text, str) or not _are_posts(self.posts) or not _is_origin(self.origin):
            raise SourceError(f"the thread {self.source!a:.80} has fields of a wrong type")
        texts = [self.source, self.text, self.title, self.url, self.original]
        if not isinstance(self.tags, tuple) or not all(isinstance(tag, str) for tag in self.tags):
            raise SourceError(f"the thread {self.source!a:.80} has tags that are not a tuple of strings")
        texts += [*self.tags, *(text for post in self.posts for text in (post.author, post.date))]
        if not all(text is None or (isinstance(text, str) and first_surrogate(text) is None) for text in texts):
            raise SourceError(f"the thread {self.source!a:.80} holds text that cannot be stored as UTF-8")
        for number, post in enumerate(self.posts):
            if not 0 <= post.start <= post.end <= len(self.text) or self.text[post.start : post.end] != post.text:
                raise SourceError(
                    f"post {number} of {self.source!r} is not the text from {post.start!r} to {post.end!r}"
                )
            if post.kind not in get_args(Kind):
                raise SourceError(f"post {number} of {self.source!r} is an article or a comment, not {post.kind!a:.40}")
            if post.parent is not None and not 0 <= post.parent < len(self.posts):
                raise SourceError(
                    f"post {number} of {self.source!r} replies to post {post.parent!r}, which does not exist"
                )
            if not _ascending([post.start, *(edge for span in post.omitted for edge in span), post.end]):
                raise SourceError(f"post {number} of {self.source!r} omits spans that are not inside it, in order")
            if not _ascending(
                [post.start, *(edge for each in post.locations for edge in (each.start, each.end)), post.end]
            ):
                raise SourceError(f"post {number} of {self.source!r} has locations that are not inside it, in order")
        if cycles := first_in_cycles([post.parent for post in self.posts]):
            raise SourceError(f"post {cycles[0]} of {self.source!r} replies to itself, through the posts between")
        return self

    @property
    def comments(self) -> tuple[Post, ...]:
        """The posts that are comments, in reading order."""
        return tuple(post for post in self.posts if post.kind == "comment")


def _are_posts(posts: object) -> bool:
    """Whether these are posts whose places are numbers; a caller can put anything into them."""
    if not isinstance(posts, Sequence) or not all(isinstance(post, Post) for post in posts):
        return False
    return all(
        isinstance(post.omitted, Sequence)
        and all(isinstance(span, Sequence) and len(span) == 2 for span in post.omitted)
        and isinstance(post.locations, Sequence)
        and all(isinstance(each, Location) and each.is_valid for each in post.locations)
        and all(
            isinstance(place, int)
            for place in (post.start, post.end, 0 if post.parent is None else post.parent, *chain(*post.omitted))
        )
        for post in posts
    )


def _is_origin(origin: object) -> bool:
    return origin is None or (
        isinstance(origin, Origin)
        and all(isinstance(text, str) for text in (origin.key, origin.name, origin.folder))
        and first_surrogate(f"{origin.key}{origin.name}{origin.folder}") is None
        and (origin.path is None or isinstance(origin.path, PurePath))
    )


def first_in_cycles(parents: Sequence[int | None]) -> list[int]:
    """The first post of each cycle of replies; without those posts' parents there is no cycle.

    >>> first_in_cycles([None, 2, 3, 1, 3])
    [1]
    """
    first, visited = [], set[int]()
    for start in range(len(parents)):
        path: dict[int, None] = {}
        post: int | None = start
        while post is not None and post not in visited and post not in path:
            path[post] = None
            post = parents[post]
        if post is not None and post in path:
            posts = list(path)
            first.append(min(posts[posts.index(post) :]))
        visited.update(path)
    return first


def _ascending(offsets: Sequence[int]) -> bool:
    return all(before <= after for before, after in pairwise(offsets))


def thread_from_text(text: str, *, source: str | None = None, title: str | None = None) -> Thread:
    """Parse `text` as an article, or as an article followed by its comments.

    Args:
        text: The reading text.
        source: The source's name. A text without one is named after its title (or first words) and its hash.
        title: The title. If it is missing, the first line is taken if it looks like one; it stays part of the article
            either way, so that no word of the text is lost to search.

    Raises:
        SourceError: The text is not a string, is empty, holds nothing but boilerplate or cannot be stored as UTF-8.
    """
    check_text("a title", title or "")
    check_text("a source's name", source or "")
    check_text(f"the text of {source!r}" if source else "a text", text)
    if not text.strip().strip("\x00\ufeff"):
        raise SourceError(f"{source or 'the text'} is empty; give a text with at least one word")
    # Imported here: their patterns take a quarter of a second to compile, and asking a library parses no text.
    from qa.sources.left_out import lines_left_out
    from qa.sources.patterns.attribution import parse_attribution, parse_byline
    from qa.sources.plaintext.comments import CommentLines, split_comments
    from qa.sources.plaintext.front_matter import find_author, find_title
    from qa.sources.plaintext.metadata_block import read_metadata_block

    lines = split_lines(text)
    block = read_metadata_block(lines)
    parts = split_comments(lines[block.end :] if block else lines)
    author = find_author(parts.article)
    if block:
        author = replace(author, author=block.who.author or author.author, date=block.who.date or author.date)
    posts = [_post(text, "article", CommentLines(parts.article, author))]
    posts += [_post(text, "comment", comment) for comment in parts.comments]
    posts.append(_post(text, "article", CommentLines(parts.rest, author)))
    nonempty = tuple(post for post in posts if post is not None)
    if not nonempty:
        raise SourceError(
            f"{source or 'the text'} has no content, only boilerplate (a comment form, counters); give another text"
        )
    title = title or (block and block.title) or find_title(parts.article)
    outside = (line for line in _lines_outside(text, nonempty) if not (parse_byline(line) or parse_attribution(line)))
    left_out = lines_left_out(outside, "", [title, *(post.author for post in nonempty)])
    tags = block.tags if block else ()
    return Thread(source or _generated_name(text, title), text, nonempty, title, tags=tags, left_out=left_out)


def _lines_outside(text: str, posts: Sequence[Post]) -> Iterator[str]:
    """The lines of a text that are in no post, or are boilerplate inside one."""
    done = 0
    for post in posts:
        yield from text[done : post.start].splitlines()
        for start, end in post.omitted:
            yield from text[start:end].splitlines()
        done = post.end
    yield from text[done:].splitlines()


def check_text(subject: str, text: object) -> None:
    """Raise SourceError, naming `subject`, if `text` is not a string or cannot be stored as UTF-8."""
    if not isinstance(text, str):
        raise SourceError(f"{subject} is a string, not {type(text).__name__}: {text!a:.80}")
    if (position := first_surrogate(text)) is not None:
        raise SourceError(
            f"{subject} holds half a character (a lone surrogate) at position {position}; "
            "read it again with its right encoding"
        )


def _generated_name(text: str, title: str | None) -> str:
    opening = title or " ".join(text[:400].split()[:6])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    return f"{opening[:60]} · {digest}"


def _post(text: str, kind: Kind, comment: CommentLines) -> Post | None:
    """The post on these lines; boilerplate is cut off at the edges, and inside marked as omitted, as quotations are."""
    from qa.sources.patterns.boilerplate import mark_boilerplate
    from qa.sources.patterns.quotes import find_quotes, merge_spans

    lines = comment.lines
    is_boilerplate = mark_boilerplate([line.text for line in lines], comment=kind == "comment")
    content = [index for index, line in enumerate(lines) if not line.blank and not is_boilerplate[index]]
    if not content:
        return None
    first, last = content[0], content[-1]
    span = span_of(lines[first : last + 1])
    assert span is not None
    start, end = span
    omitted = [(lines[index].start, lines[index].end) for index in range(first, last) if is_boilerplate[index]]
    if kind == "comment":
        omitted += [(start + begin, start + stop) for begin, stop in find_quotes(text[start:end])]
    return Post(kind, text[start:end], start, end, comment.who.author, comment.who.date, omitted=merge_spans(omitted))
