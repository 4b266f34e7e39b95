"""A tantivy index on disk: written, extended from an earlier one, and opened.

It works where symbolic links are refused, as Windows does to most users, and on folders that cannot be written.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qa.errors import LibraryNotReadable
from qa.search.analyzer import ANALYZER, Analyzer
from qa.search.engine import reporting_damage
from qa.search.tantivy_queries import ID, passage_schema

# tantivy's buffer before it writes a segment, at least 15 MB. It affects memory and the number of segments, no score.
_HEAP_BYTES = 64_000_000
_LOCKS = "*.lock"


def write_index(folder: Path, passages: Iterable[tuple[int, Mapping[str, str]]], earlier: Path | None = None) -> None:
    """Write an index of numbered passages into a new `folder`; when this returns, all its files are closed.

    Args:
        folder: The folder to make.
        passages: Each passage's number, and its texts by their fields.
        earlier: The folder of an index to extend. tantivy never changes a finished file, so the new index shares its
            files.

    Raises:
        OSError: If the folder cannot be written.
        ValueError: If tantivy cannot write the index.
    """
    import tantivy

    folder.mkdir()
    if earlier is not None:
        for file in _files(earlier):
            _share(file, folder / file.name)
    index = tantivy.Index(passage_schema(), path=str(folder))
    # Otherwise a thread of the index's reader sees the commit, and makes a lock file in the folder up to half a second
    # later, which no manifest names.
    index.config_reader("manual")
    analyzer = Analyzer()
    index.register_tokenizer(ANALYZER, analyzer.tantivy_analyzer)
    # One thread writes one segment, in order: the same passages give the same ranking on every machine.
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for number, texts in passages:
        document = tantivy.Document()
        document.add_unsigned(ID, number)
        for field, text in texts.items():
            document.add_text(field, analyzer.prepared(text))
        try:
            writer.add_document(document)
        except ValueError:
            writer.commit()  # says what stopped the writer's thread, which the error of adding does not
            raise
    writer.commit()
    writer.wait_merging_threads()
    for lock in folder.glob(_LOCKS):
        lock.unlink()


def open_searcher(folder: Path) -> Any:
    """Map an index into memory for reading.

    tantivy creates a lock file even to read, and watches the folder from a thread of its own. A generation must not
    change and may be on a read-only mount, so a temporary folder of links to the index's files is opened instead, which
    can go once they are mapped.

    Args:
        folder: The folder that `write_index` made.

    Returns:
        A tantivy searcher.

    Raises:
        LibraryDamaged: If the index was altered.
        LibraryNotReadable: If the system does not let it be read, or the temporary folder be written.
    """
    import tantivy

    # tantivy's thread may write into the folder while it is removed, and Windows cannot remove files that are mapped;
    # the system's own clean-up does later.
    try:
        temporary = tempfile.TemporaryDirectory(prefix="verbatim-", ignore_cleanup_errors=True)
    except OSError as error:
        raise LibraryNotReadable(
            f"{folder} cannot be opened now, because there is no temporary folder: {error.strerror}; "
            "make room, or set TMPDIR to another folder"
        ) from error
    with temporary as links, reporting_damage(folder, ValueError, OSError):
        for file in _files(folder):
            _link(file.resolve(), Path(links) / file.name)
        return tantivy.Index.open(links).searcher()


def _files(folder: Path) -> set[Path]:
    return set(folder.iterdir()) - set(folder.glob(_LOCKS))


def _link(file: Path, link: Path) -> None:
    try:
        link.symlink_to(file)
    except OSError:
        _share(file, link)


def _share(file: Path, link: Path) -> None:
    """The same file under another name; a copy if the file system has no hard links."""
    try:
        link.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, link)
