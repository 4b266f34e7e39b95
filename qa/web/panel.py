"""The panel that changes the texts: which ones answer now, what is to be read, and how far it is."""

from collections.abc import Sequence
from pathlib import Path

from qa.errors import SourceError
from qa.store import SourceRow
from qa.thread import Thread
from qa.web.exact import isolated
from qa.web.rebuild import Phase, State

FILE_TYPES = (".txt", ".md")
FILE_LIMIT = 50  # files at once
FILE_SIZE = "50mb"  # of one file
PASTE_LIMIT = 5_000_000  # characters; a longer text is a file's business
NAMED = 3  # texts that are called by name; the others are counted

LIMITS = f"At most {FILE_LIMIT} files of {FILE_SIZE.upper().replace('MB', ' MB')} each, {' or '.join(FILE_TYPES)}."


def shelf(rows: Sequence[SourceRow]) -> str:
    """Which texts the answers come from, in one line."""
    names = [f"<strong>{isolated(row.title or row.name)}</strong>" for row in rows[:NAMED]]
    if len(rows) > NAMED:
        names.append(f"{len(rows) - NAMED:,} more")
    posts = sum(row.posts for row in rows)
    passages = sum(row.passages for row in rows)
    return (
        f'<p>Answers come from {_listed(names)} <span class="aside">'
        f"{_counted(posts, 'post')}, {_counted(passages, 'passage')}</span></p>"
    )


def chosen(pasted: str, title: str, files: Sequence[str] | None) -> list[Path | Thread]:
    """What the panel holds, as sources for the library; an error says what is wrong with it."""
    paths = [Path(file) for file in files or ()]
    if len(paths) > FILE_LIMIT:
        raise SourceError(f"{len(paths)} files were chosen: at most {FILE_LIMIT} can be read at once")
    for path in paths:
        if path.suffix.lower() not in FILE_TYPES:
            raise SourceError(f"{path.name}: only {' and '.join(FILE_TYPES)} files can be read here")
    if len(pasted) > PASTE_LIMIT:
        raise SourceError(f"the pasted text has {len(pasted):,} characters: above {PASTE_LIMIT:,}, upload it as a file")
    sources: list[Path | Thread] = [*paths]
    if pasted.strip():
        sources.append(Thread.from_text(pasted, title=title.strip() or None))
    if not sources:
        raise SourceError("there is nothing to read yet: paste a text or choose a file")
    return sources


def status(state: State) -> str:
    """How far the rebuild is, or how it ended."""
    match state.phase:
        case Phase.IDLE:
            return ""
        case Phase.RUNNING:
            return (
                f'<p id="stage">{isolated(state.message.capitalize())} <span class="aside">{_share(state)}'
                f"The texts from before still answer.</span></p>"
                f'<progress aria-labelledby="stage" {_bar(state)}></progress>'
            )
        case Phase.DONE:
            return '<p class="good">Done. The new texts answer now.</p>'
        case Phase.CANCELLED:
            return "<p>Cancelled. The texts from before still answer.</p>"
        case Phase.FAILED:
            return f'<p class="error" role="alert">{isolated(state.message)}</p>'


def _bar(state: State) -> str:
    return f'max="{state.total}" value="{state.done}"' if state.total else ""


def _share(state: State) -> str:
    return f"{state.done / state.total:.0%}. " if state.total else ""


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names) or "no text yet."
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
