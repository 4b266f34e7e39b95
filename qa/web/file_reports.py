"""What happened to each file of a rebuild, as HTML."""

from collections import Counter
from collections.abc import Sequence

from qa.answering.escape import escaped, isolated
from qa.sources.read import FileReport
from qa.web.words import Words


def report_counts(reports: Sequence[FileReport], say: Words) -> str:
    """Count the outcomes: "3 read, 1 failed"."""
    numbers = Counter(report.outcome for report in reports)
    return ", ".join(
        f"{say.number(number)} {say(f'outcome_{outcome}')}"
        for outcome, number in sorted(numbers.items(), key=_read_first)
    )


def report_list(reports: Sequence[FileReport], say: Words) -> str:
    """List the files, those with a problem first."""
    if not reports:
        return ""
    lines = "".join(_line(report, say) for report in sorted(reports, key=lambda report: report.reason is None))
    return (
        f'<h2 id="reports-title">{say("files")}</h2>'
        f'<div class="scroll" role="region" aria-labelledby="reports-title" tabindex="0"><ul>{lines}</ul></div>'
    )


def _read_first(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "read", counted[0]


def _line(report: FileReport, say: Words) -> str:
    outcome = "in_part" if report.outcome == "read" and report.reason else report.outcome
    return (
        f'<li><span class="outcome {report.outcome}">{_capitalized(say(f"outcome_{outcome}"))}</span> '
        f"<p><strong>{isolated(report.source)}</strong>{_details(report, say)}</p></li>"
    )


def _details(report: FileReport, say: Words) -> str:
    if report.outcome != "read":
        return _reason(report)
    posts = say.count("post", report.posts)
    if report.threads > 1:
        posts = say("in_threads", posts=posts, n=say.number(report.threads))
    left_out = (
        f'<br><span class="aside">{isolated(_capitalized(str(report.left_out)))}</span>' if _lines(report) else ""
    )
    return f' <span class="aside">{escaped(report.format or "")}, {posts}</span>{_reason(report)}{left_out}'


def _lines(report: FileReport) -> int:
    """How many lines of a file were left out."""
    return 0 if report.left_out is None else report.left_out.lines


def _reason(report: FileReport) -> str:
    """The reason without the file's name in front, which the line shows already."""
    if not report.reason:
        return ""
    rest = report.reason.removeprefix(f"{report.source!r} ").removeprefix(f"{report.source} ")
    return f"{' ' if rest != report.reason else ': '}{isolated(rest)}"


def _capitalized(line: str) -> str:
    return line[:1].upper() + line[1:]
