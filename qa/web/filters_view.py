"""The filters of the pane: what there is to choose from, how much of it, and the search syntax it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from qa.answering.escape import attribute, isolated
from qa.library.library import Library
from qa.search.filters import as_typed
from qa.web.post_labels import text_name
from qa.web.words import Words

_SHOWN = 12  # of a kind; more than that is found sooner by typing
_QUOTATION_MARKS = frozenset('"“”„«»')  # a name that holds one cannot be quoted

Chip = tuple[str, str, int]
"""What it says as HTML, the filter that it writes, and how many posts or passages pass it."""


def filters(library: Library, say: Words) -> str:
    """Draw the filters of a library as buttons, a group for each kind of filter."""
    groups = (
        ("kinds", list(_kinds(library, say))),
        ("authors", [(isolated(name), f"author:{as_typed(name)}", posts) for name, posts in library.authors]),
        ("texts", list(_texts(library))),
        ("years", [(year, f"after:{int(year) - 1} before:{int(year) + 1}", posts) for year, posts in library.years]),
    )
    return "".join(_group(say(title), chips, say) for title, chips in groups if len(chips) > 1)


def _kinds(library: Library, say: Words) -> Iterator[Chip]:
    comments = sum(row.comments for row in library.sources)
    articles = sum(row.posts for row in library.sources) - comments
    if articles:
        yield say("articles"), "in:article", articles
    if comments:
        yield say("comments"), "in:comments", comments


def _texts(library: Library) -> Iterator[Chip]:
    rows = library.sources
    titles = Counter(row.title for row in rows)
    for row in rows:
        name = row.title if row.title and titles[row.title] == 1 else row.name
        yield isolated(text_name(row.title, row.name)), f"source:{as_typed(name)}", row.passages


def _group(title: str, chips: Sequence[Chip], say: Words) -> str:
    usable = [chip for chip in chips if not _QUOTATION_MARKS & set(chip[1].partition(":")[2].strip('"'))]
    buttons = "".join(
        f'<li><button type="button" class="chip" aria-pressed="false" data-filter="{attribute(written)}">{name} '
        f'<span class="count">{count:,}</span></button></li>'
        for name, written, count in usable[:_SHOWN]
    )
    more = f'<li class="aside">{say("more_texts", n=len(usable) - _SHOWN)}</li>' if len(usable) > _SHOWN else ""
    return f"<h2>{title}</h2><ul>{buttons}{more}</ul>"
