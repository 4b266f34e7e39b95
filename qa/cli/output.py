"""What a person at a terminal sees: progress bars, answers, one-line errors and warnings."""

from __future__ import annotations

import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.answering import question_type
from qa.answering.answer import Answer, Place, Quote, Why
from qa.sources.read import FileReport
from qa.types import Progress, no_progress

_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A progress callback that draws a bar a stage on standard error, and nothing where that is not a terminal."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from tqdm import tqdm

    bar: Any = None
    shown = ""

    def show(stage: str, done: int, total: int, /) -> None:
        nonlocal bar, shown
        if stage != shown:
            if bar is not None:
                bar.close()
            bar, shown = tqdm(desc=stage, total=total, file=sys.stderr, leave=False), stage
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def print_error(message: str) -> None:
    """One line on standard error."""
    print(f"qa: {visible(' '.join(message.split()))}", file=sys.stderr)


def print_reports(reports: Sequence[FileReport]) -> None:
    """A line for each file that was not read, or not to its end; the endings that nothing is read from, in one."""
    passed_over = Counter(Path(report.source).suffix or "no ending" for report in reports if report.passed_over)
    for report in reports:
        if report.reason and not report.passed_over:
            print_error(f"{'in part' if report.outcome == 'read' else report.outcome}: {report.reason}")
    if passed_over:
        kinds = ", ".join(f"{number} {ending}" for ending, number in passed_over.most_common(8))
        print_error(f"skipped: {passed_over.total()} files of other endings ({kinds}); name one itself to have it read")


def print_answer(answer: Answer, *, why: bool = False) -> None:
    """The answer, then each quote under who said it and where; with `why`, how it was found."""
    rich = sys.stdout.isatty()
    if answer.text is None and answer.found:
        print("What passes the filters, in reading order:")
    elif answer.text is None:
        print(question_type.no_answer_message(answer.question))
        if said := question_type.missing_message(answer.missing_terms):
            print(_shown(said, rich))
    else:
        print(_styled(_shown(answer.text, rich), _BOLD, rich))
    for number, quote in enumerate(answer.quotes, 1):
        said = _byline(quote)
        print(f"\n{_styled(f'[{number}] {_shown(said, rich)} · score {quote.score:.2f}', _DIM, rich)}")
        print(textwrap.indent(_marked(quote, rich), "    "))
        for place in quote.also:
            print(_styled(f"    also said in: {_shown(_byline(place), rich)}", _DIM, rich))
        if why and quote.why:
            print(_styled(f"    {_shown(_reason(quote.why), rich)}", _DIM, rich))


def _byline(said: Quote | Place) -> str:
    return " · ".join(part for part in (said.kind, said.author, said.date, said.source) if part)


def _reason(why: Why) -> str:
    ranks = f"by meaning {why.dense_rank or '–'}, by words {why.lexical_rank or '–'}, by both {why.fused_rank}"
    return f"why: {ranks}" + (f" · says {', '.join(why.terms)}" if why.terms else "")


def visible(text: str) -> str:
    """The text with its control characters made harmless: a terminal obeys what a corpus or a file name says."""
    return "".join("\ufffd" if _controls(char) else char for char in text)


def _controls(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cf")


def _shown(text: str, rich: bool) -> str:
    return visible(text) if rich else text


def _marked(quote: Quote, rich: bool) -> str:
    if not rich:
        return quote.text
    pieces, at = [], quote.start
    for start, end in quote.highlights:
        pieces += [visible(quote.text[at - quote.start : start - quote.start])]
        pieces += [_styled(visible(quote.text[start - quote.start : end - quote.start]), _BOLD, rich)]
        at = end
    return "".join([*pieces, visible(quote.text[at - quote.start :])])


def _styled(text: str, style: str, rich: bool) -> str:
    return f"{style}{text}{_PLAIN}" if rich else text
