"""A table of comments (CSV, TSV): columns are known by their heads, and the report says which were taken."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qa.errors import SourceError
from qa.sources.compose import RawPost
from qa.sources.decode import decode
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.patterns.dates import DayOrder, day_of, day_order, iso_day
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread

_DELIMITERS = ",;\t|"
_HEADS = {
    "text": "comment text body message content commenttext commentbody commentcontent textoriginal textdisplay review"
    " reviewtext reviewbody tweet tweettext posttext postcontent reply answer feedback kommentar kommentartext"
    " nachricht beitrag commentaire texte contenu comentario mensaje texto commento testo messaggio reactie bericht",
    "author": "author authorname authordisplayname user username userid commenter commentername commentauthor name"
    " sender from nick nickname handle displayname screenname reviewer postedby by autor verfasser benutzer auteur nom"
    " usuario autore utente gebruiker",
    "date": "date time datetime timestamp created createdat createdon createdutc published publishedat posted postedat"
    " postedon when commentdate datecreated submitted submittedat sent sentat datum zeit zeitpunkt veröffentlicht"
    " datedepublication fecha fechadepublicacion data datadipubblicazione",
    "id": "id commentid cid messageid postid replyid tweetid reviewid uuid no nr n nummer numéro"
    " número numero kommentarid beitragsid",
    "parent": "parent parentid parentcommentid replyto replytoid inreplyto inreplytoid commentparent replytocommentid"
    " replyingto antwortauf antwortan bezugauf réponseà enréponseà répondà respuestaa enrespuestaa rispostaa"
    " inrispostaa antwoordop reactieop inantwoordop",
    "page": "page pageurl pageid post thread threadid topic topicid article articleid articleurl video videoid"
    " videourl channel story storyid question questionid commentpostid",
    "title": "title posttitle pagetitle threadtitle topictitle articletitle videotitle subject titel titre titulo",
    "url": "url link permalink address",
}
_FIELD_OF = {head: name for name, heads in _HEADS.items() for head in heads.split()}
_ARTICLE = re.compile(r"\A(?:the|your|der|die|das|le|la|il|el|o|de|het)\s", re.IGNORECASE)
# Rows under the head of which at least this share is as long as it: a text with commas in its first line has none.
_ROWS_TO_COMPARE, _SHARE_OF_FULL_ROWS = 5, 0.5
_MARKUP = re.compile(r"<(?:p|br|a|b|i|em|strong|blockquote)\b[^<>]*>|&(?:amp|lt|gt|quot|#39);", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field of a comment stands: the delimiter, the heads, and the number of the column of each field."""

    delimiter: str
    heads: tuple[str, ...]
    places: dict[str, int]

    def description(self, name: str) -> str:
        """Which column was taken for what, in one line."""
        taken = ", ".join(f"{field} from {self.heads[place]!r}" for field, place in self.places.items())
        others = [head for number, head in enumerate(self.heads) if number not in self.places.values()]
        rest = f"; its other columns ({', '.join(others)[:200]}) are left out" if others else ""
        return f"{name!r} is a table: {taken}{rest}"


def find_columns(opening: str) -> Columns | None:
    """The columns of a table of comments by its first lines; None if it is not one.

    A table of comments has a column of texts and one of authors, days or ids, and rows as long as its head.

    >>> find_columns("user,when,comment\\nAnn,2015-03-03,It rains.\\n").places
    {'author': 0, 'date': 1, 'text': 2}
    >>> find_columns("Rain, snow and text\\nIt rains, and it snows.\\n") is None
    True
    """
    opening = opening.removeprefix("\ufeff")
    first = opening.partition("\n")[0]
    for delimiter in sorted(_DELIMITERS, key=first.count, reverse=True):
        if delimiter not in first:
            break
        rows = _first_rows(opening, delimiter)
        heads = tuple(head.strip() for head in rows[0]) if rows else ()
        places: dict[str, int] = {}
        for number, head in enumerate(heads):
            if name := _field_of(head):
                places.setdefault(name, number)
        full = sum(len(row) == len(heads) for row in rows[1:])
        is_table = full >= _SHARE_OF_FULL_ROWS * len(rows[1:]) and len(rows) > 1
        if is_table and "text" in places and places.keys() & {"author", "date", "id", "parent"}:
            return Columns(delimiter, heads, places)
    return None


def _field_of(head: str) -> str | None:
    """What the column with this head holds, whatever article stands before the word: "The Comment"."""
    return _FIELD_OF.get(re.sub(r"[\W_]", "", _ARTICLE.sub("", head)).lower())


def _first_rows(opening: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(opening, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > _ROWS_TO_COMPARE:
                break
    except csv.Error:  # a field that is longer than the opening
        pass
    return rows


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the comments, a thread of each page that the table names, or one of all.

    Raises SourceError at the end, which says what each column was taken for.
    """
    text = decode(data, name).removeprefix("\ufeff")
    columns = find_columns(text)
    if columns is None:
        raise SourceError(f"{name!r} is not a table of comments; name its columns 'author', 'date' and 'text'")
    csv.field_size_limit(len(text) + 1)
    pages = Pages()
    order = day_order(fields.get("date", "") for fields in _rows(text, columns))
    for number, fields in enumerate(_rows(text, columns), 1):
        _add(pages, fields, number, order)
    yield from pages.threads(name, SourceError(columns.description(name)))


def _rows(text: str, columns: Columns) -> Iterator[dict[str, str]]:
    """The fields of each row under the head."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=columns.delimiter)
    for row in islice(filter(None, rows), 1, None):
        yield {name: row[place] for name, place in columns.places.items() if place < len(row)}


def _add(pages: Pages, fields: dict[str, str], number: int, order: DayOrder | None) -> None:
    key = fields.get("page") or fields.get("title") or ""
    page = pages.page(key)
    page.title = page.title or label(fields.get("title"))
    page.url = page.url or address(fields.get("page")) or address(fields.get("url"))
    draft_of = html_draft if _MARKUP.search(fields.get("text", "")) else text_draft
    day = day_of(fields.get("date")) or iso_day(fields.get("date"), order)
    draft = draft_of("comment", fields.get("text"), label(fields.get("author")), day)
    page.comments.append(RawPost(fields.get("id") or f"row {number}", fields.get("parent") or None, draft))
