"""What became of each file that was to be read."""

from collections import Counter
from collections.abc import Sequence

from qa.sources.read import FileReport
from qa.web.escape import escaped, isolated
from qa.web.library_view import counted


def summed(reports: Sequence[FileReport]) -> str:
    """How many were read and how many were not: "3 read, 1 failed"."""
    numbers = Counter(report.outcome for report in reports)
    return ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(numbers.items(), key=_read_first))


def listed(reports: Sequence[FileReport]) -> str:
    """A line for each; those that are not whole come first, for they are looked for."""
    if not reports:
        return ""
    lines = "".join(map(_line, sorted(reports, key=lambda report: report.reason is None)))
    return (
        '<h2 id="reports-title">What became of each</h2>'
        f'<div class="scroll" role="region" aria-labelledby="reports-title" tabindex="0"><ul>{lines}</ul></div>'
    )


def _read_first(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "read", counted[0]


def _line(report: FileReport) -> str:
    outcome = "in part" if report.outcome == "read" and report.reason else report.outcome
    return (
        f'<li><span class="outcome {report.outcome}">{outcome.capitalize()}</span> '
        f"<p><strong>{isolated(report.source)}</strong>{_told(report)}</p></li>"
    )


def _told(report: FileReport) -> str:
    if report.outcome != "read":
        return _reason(report)
    posts = counted(report.posts, "post")
    if report.threads > 1:
        posts += f" in {counted(report.threads, 'thread')}"
    return f' <span class="aside">{escaped(report.format or "")}, {posts}</span>{_reason(report)}'


def _reason(report: FileReport) -> str:
    """A reason often begins with the file's name, which stands before it already."""
    if not report.reason:
        return ""
    rest = report.reason.removeprefix(f"{report.source!r} ").removeprefix(f"{report.source} ")
    return f"{' ' if rest != report.reason else ': '}{isolated(rest)}"
