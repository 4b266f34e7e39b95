"""What became of each file that was to be read."""

from collections import Counter
from collections.abc import Sequence

from qa.sources.read import Fate
from qa.web.escape import escaped, isolated
from qa.web.library_view import counted


def summed(fates: Sequence[Fate]) -> str:
    """How many were read and how many were not: "3 read, 1 failed"."""
    numbers = Counter(fate.outcome for fate in fates)
    return ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(numbers.items(), key=_read_first))


def listed(fates: Sequence[Fate]) -> str:
    """A line for each; those that are not whole come first, for they are looked for."""
    if not fates:
        return ""
    lines = "".join(map(_line, sorted(fates, key=lambda fate: fate.reason is None)))
    return (
        '<h2 id="fates-title">What became of each</h2>'
        f'<div class="scroll" role="region" aria-labelledby="fates-title" tabindex="0"><ul>{lines}</ul></div>'
    )


def _read_first(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "read", counted[0]


def _line(fate: Fate) -> str:
    outcome = "in part" if fate.outcome == "read" and fate.reason else fate.outcome
    return (
        f'<li><span class="outcome {fate.outcome}">{outcome.capitalize()}</span> '
        f"<p><strong>{isolated(fate.source)}</strong>{_told(fate)}</p></li>"
    )


def _told(fate: Fate) -> str:
    if fate.outcome != "read":
        return _reason(fate)
    posts = counted(fate.posts, "post")
    if fate.threads > 1:
        posts += f" in {counted(fate.threads, 'thread')}"
    return f' <span class="aside">{escaped(fate.format or "")}, {posts}</span>{_reason(fate)}'


def _reason(fate: Fate) -> str:
    """A reason often begins with the file's name, which stands before it already."""
    if not fate.reason:
        return ""
    rest = fate.reason.removeprefix(f"{fate.source!r} ").removeprefix(f"{fate.source} ")
    return f"{' ' if rest != fate.reason else ': '}{isolated(rest)}"
