"""The options that several commands share, and the library and the models that they choose."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.output import progress_bars
from qa.library.defaults import VARIABLE

if TYPE_CHECKING:
    from qa.answering.reader import Reader
    from qa.answering.reranker import Reranker
    from qa.library.library import Library


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """Parent parsers.

    Attributes:
        library: The library that a command works on.
        model: The encoder.
        models: Another reader, and a re-ranker.
        reader: The same, or no reader, and the lowest confidence of an answer.
    """

    library: argparse.ArgumentParser
    model: argparse.ArgumentParser
    models: argparse.ArgumentParser
    reader: argparse.ArgumentParser

    @classmethod
    def parsers(cls, kind: type[argparse.ArgumentParser]) -> SharedOptions:
        """The parent parsers, of the class that the command line has."""
        library = kind(add_help=False)
        library.add_argument(
            "--library",
            metavar="DIR",
            type=Path,
            help=f"the library's folder (default: ${VARIABLE}, else one in your data folder)",
        )
        model = kind(add_help=False)
        model.add_argument(
            "--model",
            metavar="NAME_OR_PATH",
            help="another sentence-transformers model (default: all-MiniLM-L6-v2, for English)",
        )
        models = kind(add_help=False)
        models.add_argument(
            "--reader",
            metavar="NAME_OR_PATH",
            type=_reader,
            help="another extractive question-answering model of transformers",
        )
        models.add_argument(
            "--reranker",
            metavar="NAME_OR_PATH",
            type=_reranker,
            help="a cross-encoder of sentence-transformers that ranks the passages anew",
        )
        reader = kind(add_help=False, parents=[models])
        reader.add_argument(
            "--no-reader",
            dest="reader",
            action="store_const",
            const=False,
            help="rank and quote only, without judging whether the text answers",
        )
        reader.add_argument(
            "--min-confidence",
            type=float,
            metavar="P",
            help="the lowest probability at which to give an answer, 0 to 1 (default: what counts as likely)",
        )
        return cls(library, model, models, reader)


def load_ahead(options: argparse.Namespace) -> None:
    """Load the default models that a command will need in threads of their own, while it does other things.

    Raises SettingError if the environment sets them wrongly, so that a server does not start with that.
    """
    if "reader" not in options:
        return
    from qa.encoding.precision import named_precision

    named_precision()
    if options.model is None:
        from qa.encoding.load import default_encoder

        default_encoder().load_ahead()
    if options.reader is None:
        from qa.answering.reader import DEFAULT_READER, SpanReader

        if isinstance(DEFAULT_READER, SpanReader):
            DEFAULT_READER.load_ahead()
    if options.reader is None and options.model is None:
        from qa.answering.close_reading import is_on
        from qa.answering.deep_reader import DEEP_READER

        if is_on():
            DEEP_READER.load_ahead()


def chosen_reader(options: argparse.Namespace) -> Reader | None:
    """The reader that is named; the one that comes with this package if none is; None for --no-reader."""
    if options.reader is False:
        return None
    if options.reader is not None:
        named: Reader = options.reader
        return named
    from qa.answering.reader import DEFAULT_READER

    return DEFAULT_READER


def opened_library(options: argparse.Namespace) -> Library:
    """The library that is named, which is never built here; otherwise the default one, built on first use."""
    from qa.library.library import Library

    reader = chosen_reader(options)
    if options.library is not None:
        library = Library.open(options.library, model=options.model, reader=reader, reranker=options.reranker)
    else:
        with progress_bars() as progress:
            library = Library.default(model=options.model, reader=reader, reranker=options.reranker, progress=progress)
    library.min_confidence = options.min_confidence
    return library


def _reader(name: str) -> Reader:
    from qa.answering.transformers_reader import TransformersReader

    return TransformersReader(name)


def _reranker(name: str) -> Reranker:
    from qa.answering.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(name)
