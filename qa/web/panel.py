"""The panel that changes the library: the sources chosen in it, and the progress of a change."""

from collections.abc import Sequence
from pathlib import Path

from qa.answering.escape import escaped, isolated
from qa.errors import SourceError
from qa.sources.detect import FORMATS
from qa.text.counted import counted
from qa.web.eta import readable_duration
from qa.web.file_reports import report_counts
from qa.web.rebuild import PastedText, Phase, State

FILE_LIMIT = 200  # files at once
FILE_SIZE = "200mb"  # of one file
PASTE_LIMIT = 5_000_000  # characters; a longer text has to be uploaded as a file

LIMITS = (
    f"<p>At most {FILE_LIMIT} files of {FILE_SIZE.upper().replace('MB', ' MB')} each. A file that cannot be read is "
    "skipped and reported; the rest are read.</p>"
    f"<details><summary>{len(FORMATS)} formats are read</summary>"
    f"<p>{', '.join(sorted((escaped(each.name) for each in FORMATS), key=str.casefold))}.</p></details>"
)


def chosen_sources(pasted: str, title: str, files: Sequence[str] | None) -> list[Path | PastedText]:
    """The sources entered in the panel. Raises SourceError if they cannot be read as they are."""
    paths = [Path(file) for file in files or ()]
    if len(paths) > FILE_LIMIT:
        raise SourceError(f"{len(paths)} files were chosen: at most {FILE_LIMIT} can be read at once")
    for path in paths:
        if not path.is_file():  # uploads are deleted after a while
            raise SourceError(f"{path.name} is no longer on the server: choose it again")
    if len(pasted) > PASTE_LIMIT:
        raise SourceError(f"the pasted text has {len(pasted):,} characters: above {PASTE_LIMIT:,}, upload it as a file")
    sources: list[Path | PastedText] = [*paths]
    if pasted.strip():
        sources.append(PastedText(pasted, title.strip() or None))
    if not sources:
        raise SourceError("there is nothing to read yet: paste a text or choose a file")
    return sources


def replace_label(texts: int) -> str:
    """What the button says that replaces the library's texts."""
    return f"Replace all {texts:,} texts" if texts != 1 else "Replace the text"


def replace_question(texts: int) -> str:
    """What is asked before they are replaced."""
    what = f"{texts:,} texts are" if texts != 1 else "text is"
    return f"<p>The {what} removed from the library, and what you have entered takes their place.</p>"


def status(state: State) -> str:
    """The stage or the outcome of a change; it is announced, so nothing that changes constantly is in it."""
    match state.phase:
        case Phase.IDLE:
            return ""
        case Phase.RUNNING:
            return (
                f'<p id="stage">{isolated(state.message.capitalize())}… '
                '<span class="aside">The earlier texts still answer.</span></p>'
            )
        case Phase.DONE:
            warning = f'<p class="warning">{isolated(state.warning)}</p>' if state.warning else ""
            counts = f": {report_counts(state.reports)}" if state.reports else ""
            return f"<p>Done{counts}. {counted(state.after, 'text')} now (was {state.before:,}).</p>{warning}"
        case Phase.CANCELLED:
            return "<p>Cancelled. The earlier texts still answer.</p>"
        case Phase.FAILED:
            return f'<p class="error" role="alert">{isolated(state.message)}</p>'


def meter(state: State) -> str:
    """The progress of the current stage, and its remaining time."""
    if state.phase is not Phase.RUNNING:
        return ""
    if not state.total:
        return '<progress aria-labelledby="stage"></progress>'
    figures = f"{state.done:,} of {state.total:,} ({state.done / state.total:.0%})"
    if state.seconds_left is not None:
        figures += f", {readable_duration(state.seconds_left)} left for this step"
    return (
        f'<progress aria-labelledby="stage" max="{state.total}" value="{state.done}"></progress>'
        f'<p class="aside">{figures}</p>'
    )
