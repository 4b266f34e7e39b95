"""Encoding texts ahead of building: their vectors as files, made here or by the machines of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.encoding.encoder import Encoder
from qa.encoding.load import load_encoder
from qa.errors import ModelError, SourceError
from qa.library.language_check import warn_of_foreign_texts
from qa.library.new_source import NewSource, new_sources
from qa.library.ray_encoding import require_ray, shards_on_ray
from qa.library.stored_vectors import StoredVectors
from qa.library.vector_shard import TEXTS, VectorShard
from qa.search.chunker import split_passages
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.sources.replacement import reporting_unwritable
from qa.text.counted import counted
from qa.types import Progress, StrPath, no_progress


@dataclass(frozen=True, slots=True)
class EncodingReport:
    """What `encode` did; `str()` of it can be shown to a person.

    Attributes:
        folder: The folder with the vectors.
        texts: How many distinct texts the sources have to encode.
        encoded: How many of them were encoded; the folder had vectors of the others.
        reports: One report for each file that was read or skipped.
        language_warning: The message of its LanguageWarning, None if there was none.
    """

    folder: Path
    texts: int
    encoded: int
    reports: Sequence[FileReport] = ()
    language_warning: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.folder}: vectors of {counted(self.texts, 'text')}, {self.encoded:,} encoded now and "
            f"{self.texts - self.encoded:,} there before"
        )


def encode(
    sources: Sources,
    folder: StrPath,
    *,
    model: StrPath | None = None,
    encoder: Any = None,
    ray: str | None = None,
    progress: Progress = no_progress,
    on_file: OnFile | None = None,
) -> EncodingReport:
    """Encode the texts that a library of these sources needs vectors of, into files that `build` can take them from.

    Texts that the folder has vectors of are not encoded again: an interrupted run can be continued, and the folder can
    grow. A file is there as a whole or not at all, and it is the same whichever machine encodes it.

    Args:
        sources: A file, a folder, a `Thread`, or several of them.
        folder: Where to write the vectors. It is created if it is missing, in an existing folder.
        model: The name or the folder of a sentence-transformers model; None for the default one, for English.
        encoder: An object with `encode(texts)` to use instead of a model.
        ray: The address of a Ray cluster whose machines encode; "local" to start one on all cores but one of this
            machine; None to encode in this process.
        progress: Called with the stage's name, the items done and the items in all.
        on_file: Called with the `FileReport` of each file as soon as it is read.

    Raises:
        SourceError: A text cannot be read, or there is nothing to index.
        ModelError: The model cannot be loaded or failed, or the folder has vectors of another one.
        SettingError: The folder cannot be written, Ray is not installed, or there is no cluster at its address.
    """
    if ray is not None:
        require_ray()
    chosen, folder = load_encoder(model, encoder), Path(folder)
    with reporting_unwritable(folder):
        folder.mkdir(exist_ok=True)
    stored = StoredVectors(folder, chosen, progress)
    threads, reports = read_all(sources, progress=progress, on_file=on_file)
    new = new_sources(threads, {})
    warning = warn_of_foreign_texts({source.thread.source: source.language for source in new}, chosen.name)
    texts = _distinct_texts(new, chosen, progress)
    missing = stored.missing(texts)
    _write(folder, chosen, missing, ray, progress)
    return EncodingReport(folder, len(texts), len(missing), reports, warning)


def _distinct_texts(sources: Sequence[NewSource], encoder: Encoder, progress: Progress) -> list[str]:
    """What is encoded of the sources' passages, each text once, in the order of the sources."""
    texts: dict[str, None] = {}
    for number, source in enumerate(sources):
        progress("splitting", number, len(sources))
        passages = split_passages(source.thread, encoder, source.language)
        texts.update((passage.in_context, None) for passage in passages)
    if not texts:
        raise SourceError(
            "the texts have nothing to index: only boilerplate (comment form, counters); give a text with content"
        )
    return list(texts)


def _write(folder: Path, encoder: Encoder, texts: Sequence[str], ray: str | None, progress: Progress) -> None:
    """Encode texts and write them, shard by shard."""
    pieces = [texts[start : start + TEXTS] for start in range(0, len(texts), TEXTS)]
    if not pieces:
        return
    done = 0
    progress("encoding", done, len(texts))
    encoded = shards_on_ray(ray, encoder, pieces) if ray else _shards_here(encoder, pieces, progress)
    for shard in encoded:
        shard.write(folder)
        done += len(shard.keys)
        progress("encoding", done, len(texts))
    if done != len(texts):
        raise ModelError(
            f"{len(texts) - done:,} of {len(texts):,} texts were not encoded; run qa encode again for the rest"
        )


def _shards_here(encoder: Encoder, pieces: Sequence[Sequence[str]], progress: Progress) -> Iterator[VectorShard]:
    """Encode the texts of each shard in this process."""
    total = sum(map(len, pieces))
    done = 0
    for piece in pieces:
        yield VectorShard.of(piece, encoder, _further(progress, done, total))
        done += len(piece)


def _further(progress: Progress, before: int, total: int) -> Progress:
    """A callback for one shard that counts the texts of those before it."""

    def show(stage: str, done: int, _: int, /) -> None:
        progress(stage, before + done, total)

    return show
