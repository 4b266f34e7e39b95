"""What the command prints: answers on standard output; progress bars, errors and warnings on standard error."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.answering.printed import byline, opening, quote_byline, understood
from qa.library.defaults import default_path
from qa.search.filters import left_out_message
from qa.text.counted import counted
from qa.text.visible import visible
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    from qa.answering.answer import Answer, Quote, Why
    from qa.library.generation import Status
    from qa.library.library import Library
    from qa.sources.read import FileReport

_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"
_EXTENSIONS_NAMED = 8  # in one line of a report
_NAMES_SHOWN = 8  # in one line of an answer


class OutputError(Exception):
    """Standard output cannot be written: its disk is full, say. Its message is the reason."""


class OutputClosed(Exception):
    """The program that read standard output has ended, as in `qa ask … | head`."""


@contextmanager
def reporting_output_errors() -> Iterator[None]:
    """Turn a failure to write standard output into OutputError or OutputClosed; nothing else may be done inside."""
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error


def print_line(line: str = "") -> None:
    """Print a line on standard output. Raises OutputError or OutputClosed."""
    with reporting_output_errors():
        print(line)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A progress callback that draws one bar for each stage on standard error, and none if that is not a terminal."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from tqdm import tqdm

    bar: Any = None
    current = ""

    def show(stage: str, done: int, total: int, /) -> None:
        nonlocal bar, current
        if stage != current:
            if bar is not None:
                bar.close()
            bar, current = tqdm(desc=stage, total=total, file=sys.stderr, leave=False), stage
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def print_error(message: str) -> None:
    """Print a message as one line on standard error."""
    print(f"qa: {visible(' '.join(message.split()))}", file=sys.stderr)


def library_path(options: argparse.Namespace) -> Path:
    """The folder of the library that a command works on."""
    return default_path() if options.library is None else Path(options.library)


def contents_of(status: Status) -> str:
    """What a library holds: "1 source, 4 posts, 11 passages"."""
    return ", ".join(
        counted(number, noun)
        for number, noun in ((status.sources, "source"), (status.posts, "post"), (status.passages, "passage"))
    )


def print_reports(reports: Sequence[FileReport], *, left_out: bool = True) -> None:
    """Print a line for each file that was not read, or not to its end.

    One line more counts all files that were passed over, and with `left_out` one the lines that were left out.
    """
    passed_over = Counter(Path(report.source).suffix or "without one" for report in reports if report.passed_over)
    for report in reports:
        if report.reason and not report.passed_over:
            print_error(f"{'read in part' if report.outcome == 'read' else report.outcome}: {report.reason}")
    if passed_over:
        extensions = ", ".join(
            f"{count} {extension}" for extension, count in passed_over.most_common(_EXTENSIONS_NAMED)
        )
        print_error(
            f"skipped: {counted(passed_over.total(), 'file')} with other extensions ({extensions}); "
            "to read one, name it itself"
        )
    if left_out and (line := left_out_line(reports)):
        print_error(line)


def left_out_line(reports: Sequence[FileReport]) -> str | None:
    """What was left out of all files together: "left out: 3 lines of 2 files, among them …"; None if nothing was."""
    of_files = [report.left_out for report in reports if report.left_out is not None and report.left_out.lines]
    if not of_files:
        return None
    from qa.sources.left_out import LeftOut

    lines, _, examples = str(sum(of_files, LeftOut())).partition(", among")
    named = f", among{examples}" if examples else ""
    return f"{lines} of {counted(len(of_files), 'file')}{named} (qa read FILE shows more)"


def print_answer(answer: Answer, library: Library | None = None, *, why: bool = False) -> None:
    """Print the answer, then each quote below its byline; with `why`, also how the quote was found.

    If a filter names an author or a source that the `library` does not have, those that it has are named.
    """
    rich = sys.stdout.isatty()
    before, words, after = opening(answer)
    if note := understood(answer):
        print_line(_styled(_shown(note, rich), _DIM, rich))
    if before:
        print_line(_shown(before, rich))
    if words:
        print_line(_styled(_shown(words, rich), _BOLD, rich))
    for note in after:
        print_line(_styled(_shown(note, rich), _DIM, rich))
    if left_out := left_out_message(answer.left_out):
        print_line(_shown(left_out, rich))
    for typed in answer.unknown:
        print_line(_shown(_unknown(typed, library), rich))
    if answer.matching is not None and answer.matching > len(answer.quotes):
        print_line(f"{answer.matching:,} passages match; -k N shows more.")
    for number, quote in enumerate(answer.quotes, 1):
        heading = f"[{number}] {_shown(quote_byline(quote), rich)} · score {quote.score:.2f}"
        print_line(f"\n{_styled(heading, _DIM, rich)}")
        print_line(textwrap.indent(_marked(quote, rich), "    "))
        for place in quote.also:
            print_line(_styled(f"    also found in: {_shown(byline(place), rich)}", _DIM, rich))
        if why and quote.why:
            print_line(_styled(f"    {_shown(_reason(quote.why), rich)}", _DIM, rich))


def _unknown(typed: str, library: Library | None) -> str:
    """Say that no author or no source has this name, and which names there are."""
    kind, _, name = typed.partition(":")
    missing = f"No {kind} is called {name}."
    if library is None:
        return missing
    names = [author for author, _ in library.authors] if kind == "author" else [s.name for s in library.sources]
    more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
    return f"{missing} {kind.title()}s here: {', '.join(names[:_NAMES_SHOWN])}{more}." if names else missing


def _reason(why: Why) -> str:
    ranks = f"by meaning {why.dense_rank or '–'}, by words {why.lexical_rank or '–'}, by both {why.fused_rank}"
    return f"why: {ranks}" + (f" · says {', '.join(why.terms)}" if why.terms else "")


def _shown(text: str, rich: bool) -> str:
    return visible(text) if rich else text


def _marked(quote: Quote, rich: bool) -> str:
    if not rich:
        return quote.text
    pieces, done = [], 0
    for highlight in quote.highlights:
        start, end = (offset - quote.start for offset in highlight)
        pieces += [visible(quote.text[done:start]), _styled(visible(quote.text[start:end]), _BOLD, rich)]
        done = end
    return "".join([*pieces, visible(quote.text[done:])])


def _styled(text: str, style: str, rich: bool) -> str:
    return f"{style}{text}{_PLAIN}" if rich else text
