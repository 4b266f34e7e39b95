"""The panel that changes the texts: what is to be read, and how far it is."""

from collections.abc import Sequence
from pathlib import Path

from qa.errors import SourceError
from qa.sources.thread import Thread
from qa.web.escape import isolated
from qa.web.eta import spoken
from qa.web.file_reports import summed
from qa.web.rebuild import Phase, State

FILE_LIMIT = 200  # files at once
FILE_SIZE = "200mb"  # of one file
PASTE_LIMIT = 5_000_000  # characters; a longer text is a file's business

LIMITS = (
    "Saved web pages, plain text and Markdown, exports of WordPress and Disqus, JSON of Discourse, Reddit and Hacker "
    f"News, e-mail, and JSON Lines; at most {FILE_LIMIT} files of {FILE_SIZE.upper().replace('MB', ' MB')} each. "
    "A file that cannot be read costs itself alone."
)


def chosen(pasted: str, title: str, files: Sequence[str] | None) -> list[Path | Thread]:
    """What the panel holds, as sources to read; an error says what is wrong with it."""
    paths = [Path(file) for file in files or ()]
    if len(paths) > FILE_LIMIT:
        raise SourceError(f"{len(paths)} files were chosen: at most {FILE_LIMIT} can be read at once")
    for path in paths:
        if not path.is_file():  # uploads are not kept for ever
            raise SourceError(f"{path.name} is not here any more: choose it again")
    if len(pasted) > PASTE_LIMIT:
        raise SourceError(f"the pasted text has {len(pasted):,} characters: above {PASTE_LIMIT:,}, upload it as a file")
    sources: list[Path | Thread] = [*paths]
    if pasted.strip():
        sources.append(Thread.from_text(pasted, title=title.strip() or None))
    if not sources:
        raise SourceError("there is nothing to read yet: paste a text or choose a file")
    return sources


def status(state: State) -> str:
    """What a rebuild is at, or how it ended; announced, so it holds nothing that changes all the time."""
    match state.phase:
        case Phase.IDLE:
            return ""
        case Phase.RUNNING:
            return (
                f'<p id="stage">{isolated(state.message.capitalize())}… '
                '<span class="aside">The texts from before still answer.</span></p>'
            )
        case Phase.DONE:
            warning = f'<p class="warning">{isolated(state.warning)}</p>' if state.warning else ""
            return f"<p>Done: {summed(state.reports)}. The new texts answer now.</p>{warning}"
        case Phase.CANCELLED:
            return "<p>Cancelled. The texts from before still answer.</p>"
        case Phase.FAILED:
            return f'<p class="error" role="alert">{isolated(state.message)}</p>'


def meter(state: State) -> str:
    """How far the stage under way is, and how long it will still take."""
    if state.phase is not Phase.RUNNING:
        return ""
    if not state.total:
        return '<progress aria-labelledby="stage"></progress>'
    figures = f"{state.done:,} of {state.total:,} ({state.done / state.total:.0%})"
    if state.seconds_left is not None:
        figures += f", {spoken(state.seconds_left)} left for this step"
    return (
        f'<progress aria-labelledby="stage" max="{state.total}" value="{state.done}"></progress>'
        f'<p class="aside">{figures}</p>'
    )
