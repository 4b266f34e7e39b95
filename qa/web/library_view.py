"""The library's texts: in one line, and in a table."""

from collections.abc import Sequence

from qa.answering.escape import attribute, escaped, isolated
from qa.library.store import SourceInfo
from qa.web.post_labels import source_key, text_name
from qa.web.words import Words

NAMED = 3  # texts shown by name; the others are counted
_COLUMNS = ("column_text", "column_kind", "column_posts", "column_comments", "column_passages", "column_date")
_MINOR = ("column_kind", "column_posts")  # left out where there is little room
LISTED = 200  # texts in the table: more than anyone reads


def source_line(rows: Sequence[SourceInfo], say: Words) -> str:
    """Name the texts that answers come from, in one line."""
    names = [f"<strong>{isolated(text_name(row.title, row.name))}</strong>" for row in rows[:NAMED]]
    if len(rows) > NAMED:
        names.append(say("more_texts", n=len(rows) - NAMED))
    posts = sum(row.posts for row in rows)
    passages = sum(row.passages for row in rows)
    return (
        f"<p>{say('answers_from', names=_listed(names, say))} "
        f'<span class="aside">{say.count("post", posts)}, {say.count("passage", passages)}</span></p>'
    )


def source_table(rows: Sequence[SourceInfo], say: Words, generation: str = "", *, changes: bool = False) -> str:
    """Tabulate the texts with their counts, in the order they were read.

    Args:
        rows: The texts.
        say: The words of the page.
        generation: The generation that they are from, sent back on a click.
        changes: Whether each can be removed.
    """
    more = ""
    if len(rows) > LISTED:
        more = f'<p class="aside">{say("texts_more", n=say.number(len(rows) - LISTED))}</p>'
    head = "".join(
        f'<th scope="col"{" class=minor" if column in _MINOR else ""}>{say(column)}</th>' for column in _COLUMNS
    )
    body = "".join(_row(row, number, changes, say) for number, row in enumerate(rows[:LISTED]))
    return (
        f'<h2 id="texts-title">{say("texts_title", texts=say.count("text", len(rows)))}</h2>'
        f'<div class="scroll" role="region" aria-labelledby="texts-title" tabindex="0" '
        f'data-generation="{escaped(generation)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>"
    )


def _row(row: SourceInfo, number: int, changes: bool, say: Words) -> str:
    shown = isolated(text_name(row.title, row.name))
    name = shown
    if row.title and row.title != row.name and text_name(None, row.name) != row.title:
        name += f'<span class="aside">{isolated(row.name)}</span>'
    unseen = f'<span class="unseen"> {shown}</span>'
    buttons = f'<button type="button" data-read="{source_key(row.name)}">{say("read_text")}{unseen}</button>'
    if changes:
        buttons += (
            f'<button type="button" data-remove="{number}" data-asks="{attribute(say("really_remove"))}">'
            f"<span>{say('remove')}</span>{unseen}</button>"
        )
    date = isolated(say.day(row.date)) if row.date else "–"
    return (
        f'<tr><th scope="row">{name}<span class="acts">{buttons}</span></th>'
        f'<td class="minor">{say(f"kind_{row.kind}")}</td>'
        f'<td class="minor number">{say.number(row.posts)}</td><td class="number">{say.number(row.comments)}</td>'
        f'<td class="number">{say.number(row.passages)}</td><td>{date}</td></tr>'
    )


def _listed(names: Sequence[str], say: Words) -> str:
    if len(names) < 2:
        return "".join(names) or say("no_text")
    return f"{', '.join(names[:-1])} {say('and')} {names[-1]}"
