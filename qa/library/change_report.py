"""ChangeReport: what a change did to a library's texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qa.text.counted import counted

_NAMED = 20  # texts that a printed report names of each kind; the others are counted


class StoredRecord(NamedTuple):
    """A source's name, and the SHA-256 of all that is stored about it."""

    name: str
    sha256: str


Records = Mapping[str, StoredRecord]
"""The sources of a generation by what each is recognised by, in their order."""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a change did to a library's texts, by their names; `str()` of it can be shown to a person.

    Attributes:
        generation: The name of the generation that is current now.
        added: The texts that the library did not hold.
        replaced: Those that it held with other content.
        removed: Those that it holds no more.
        unchanged: Those that it holds as before.
    """

    generation: str
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Records, after: Records, generation: str) -> ChangeReport:
        """Compare what a library held with what it holds.

        Args:
            before: The sources that it held; empty if there was no library, or if it could not be read.
            after: The sources that it holds.
            generation: The name of the generation that holds them.
        """
        present = [(record.name, before.get(key), record) for key, record in after.items()]
        return cls(
            generation,
            added=tuple(name for name, earlier, _ in present if earlier is None),
            replaced=tuple(name for name, earlier, now in present if earlier not in (None, now)),
            removed=tuple(record.name for key, record in before.items() if key not in after),
            unchanged=tuple(name for name, earlier, now in present if earlier == now),
        )

    @property
    def before(self) -> int:
        """How many texts the library held."""
        return len(self.replaced) + len(self.removed) + len(self.unchanged)

    @property
    def after(self) -> int:
        """How many it holds."""
        return len(self.added) + len(self.replaced) + len(self.unchanged)

    def __str__(self) -> str:
        """The counts in one line, then a line for each kind of change with the names."""
        kinds = {"added": self.added, "replaced": self.replaced, "removed": self.removed, "unchanged": self.unchanged}
        counts = ", ".join(f"{len(names):,} {kind}" for kind, names in kinds.items() if names)
        lines = [f"{kind}: {listed(names)}" for kind, names in kinds.items() if names and kind != "unchanged"]
        return "\n".join([f"{counted(self.after, 'text')} now (was {self.before:,}): {counts}", *lines])


def listed(names: tuple[str, ...]) -> str:
    """The names in one line; above twenty the others are counted.

    >>> listed(("a.txt", "b.txt"))
    'a.txt, b.txt'
    """
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
