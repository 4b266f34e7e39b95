"""The names of sources: each means one thread."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Thread


def distinct_names(threads: Iterable[Thread], taken: Collection[str] = ()) -> list[Thread]:
    """Name each thread so that no other thread has its name, and none of the `taken` ones.

    Files of one name are told apart by the shortest ends of their paths that differ: "alpha/index.md" and
    "beta/index.md". Where there is no path, or it is the same one, the second gets a number: "a.txt (2)".

    Args:
        threads: The threads, which keep the names that only one of them has.
        taken: Names that none may have.

    Returns:
        The threads in their order; what a renamed one is recognised by stays the same.
    """
    threads = list(threads)
    used = set(taken)
    groups: dict[str, list[int]] = defaultdict(list)
    for index, thread in enumerate(threads):
        groups[thread.source].append(index)
    names: dict[int, str] = {}
    for name, group in groups.items():
        if len(group) > 1 or name in used:
            names.update(_names_by_path(threads, group, used | groups.keys()))
    used.update(names.values())
    numbers: dict[str, int] = {}
    for index, thread in enumerate(threads):
        if index not in names:
            names[index] = _numbered(thread.source, used, numbers)
            used.add(names[index])
    return [_renamed(thread, names[index]) for index, thread in enumerate(threads)]


def _names_by_path(threads: Sequence[Thread], group: Sequence[int], used: Collection[str]) -> dict[int, str]:
    """The shortest end of its path that no other thread of the group has, for each that has one."""
    names: dict[int, str] = {}
    parents = {index: origin.path.parent.parts for index in group if (origin := threads[index].origin) and origin.path}
    for depth in range(1, max(map(len, parents.values()), default=0)):
        ends = {
            index: replace_surrogates("/".join((*parts[-depth:], threads[index].source)))
            for index, parts in parents.items()
            if index not in names and depth < len(parts)
        }
        counts = Counter(ends.values())
        names |= {index: end for index, end in ends.items() if counts[end] == 1 and end not in used}
    return names


def _numbered(name: str, used: Collection[str], numbers: dict[str, int]) -> str:
    """The name, with a number if it is used; `numbers` remembers the last number of each name."""
    candidate, number = name, numbers.get(name, 1)
    while candidate in used:
        number += 1
        candidate = f"{name} ({number})"
    numbers[name] = number
    return candidate


def _renamed(thread: Thread, name: str) -> Thread:
    if name == thread.source:
        return thread
    origin = thread.origin
    followed = replace(origin, name=name) if origin is not None and origin.name == thread.source else origin
    return replace(thread, source=name, origin=followed)
