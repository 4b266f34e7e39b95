"""The panel that changes the library: the sources chosen in it, and the progress of a change."""

from collections.abc import Sequence
from pathlib import Path

from qa.answering.escape import escaped, isolated
from qa.errors import SourceError
from qa.sources.detect import FORMATS
from qa.web.eta import readable_duration
from qa.web.file_reports import report_counts
from qa.web.rebuild import PastedText, Phase, State
from qa.web.words import Words

FILE_LIMIT = 200  # files at once
FILE_SIZE = "200mb"  # of one file
PASTE_LIMIT = 5_000_000  # characters; a longer text has to be uploaded as a file


def limits(say: Words) -> str:
    """What can be read."""
    formats = sorted((escaped(each.name) for each in FORMATS), key=str.casefold)
    return (
        f"<p>{say('limits', n=FILE_LIMIT, size=FILE_SIZE.upper().replace('MB', ' MB'))}</p>"
        f"<details><summary>{say('formats_read', n=len(FORMATS))}</summary><p>{', '.join(formats)}.</p></details>"
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


def replace_label(texts: int, say: Words) -> str:
    """What the button says that replaces the library's texts."""
    return say("replace_texts", n=say.number(texts)) if texts != 1 else say("replace_text")


def replace_question(texts: int, say: Words) -> str:
    """What is asked before they are replaced."""
    asks = say("replace_asks_texts", n=say.number(texts)) if texts != 1 else say("replace_asks_text")
    return f"<p>{asks}</p>"


def status(state: State, say: Words) -> str:
    """The stage or the outcome of a change; it is announced, so nothing that changes constantly is in it."""
    match state.phase:
        case Phase.IDLE:
            return ""
        case Phase.RUNNING:
            return f'<p id="stage">{_stage(state.message, say)}… <span class="aside">{say("still_answer")}</span></p>'
        case Phase.DONE:
            warning = f'<p class="warning">{isolated(state.warning)}</p>' if state.warning else ""
            counts = f": {report_counts(state.reports, say)}" if state.reports else ""
            texts, before = say.count("text", state.after), say.number(state.before)
            return f"<p>{say('change_done', counts=counts, texts=texts, before=before)}</p>{warning}"
        case Phase.CANCELLED:
            return f"<p>{say('change_cancelled')} {say('still_answer')}</p>"
        case Phase.FAILED:
            return f'<p class="error" role="alert">{isolated(state.message)}</p>'


def meter(state: State, say: Words) -> str:
    """The progress of the current stage, and its remaining time."""
    if state.phase is not Phase.RUNNING:
        return ""
    if not state.total:
        return '<progress aria-labelledby="stage"></progress>'
    done, total = say.number(state.done), say.number(state.total)
    figures = say("meter_of", done=done, total=total, share=f"{state.done / state.total:.0%}")
    if state.seconds_left is not None:
        figures += f", {say('meter_left', time=readable_duration(state.seconds_left, say))}"
    return (
        f'<progress aria-labelledby="stage" max="{state.total}" value="{state.done}"></progress>'
        f'<p class="aside">{figures}</p>'
    )


def _stage(stage: str, say: Words) -> str:
    """The name of a stage of the library's work; as the library has it if the page has no word for it."""
    key = f"stage_{stage}"
    return say(key) if key in say.phrases else isolated(stage.capitalize())
