"""Takeover: the rows of sources that did not change, copied from an earlier store into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.library.store import FILE


@dataclass(frozen=True, slots=True)
class Taken:
    """A source of number `earlier` then and `source` now; its passages were `span`, and begin with `first` now."""

    earlier: int
    source: int
    span: range
    first: int


def take_over(folder: Path, earlier: Path, sources: Sequence[Taken]) -> None:
    """Copy the sources with their posts and passages from the store in `earlier` into that in `folder`."""
    connection = sqlite3.connect((folder / FILE).resolve().as_uri(), uri=True)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF")
        connection.execute("ATTACH ? AS earlier", (f"{(earlier / FILE).resolve().as_uri()}?mode=ro&immutable=1",))
        connection.execute("CREATE TEMP TABLE taken (earlier INTEGER PRIMARY KEY, source INTEGER, shift INTEGER)")
        connection.executemany(
            "INSERT INTO taken VALUES (?, ?, ?)", ((t.earlier, t.source, t.first - t.span.start) for t in sources)
        )
        for table, renumbered in (
            ("source", {"id": "t.source"}),
            ("post", {"source": "t.source"}),
            ("passage", {"id": "s.id + t.shift", "source": "t.source"}),
        ):
            columns = [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]
            values = ", ".join(renumbered.get(name, f's."{name}"') for name in columns)
            key = "id" if table == "source" else "source"
            connection.execute(
                f"INSERT INTO main.{table} SELECT {values} FROM earlier.{table} s JOIN taken t ON t.earlier = s.{key}"
            )
        connection.commit()
    finally:
        connection.close()
