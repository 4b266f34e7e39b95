"""Fuzz a parser: `python -m benchmarks.fuzz [PARSER] [--seconds N] [--corpus DIR]`; without a name it lists them.

atheris (Google, Apache 2.0, kept up; libFuzzer for Python) alters inputs and keeps those that run code that none
before did. It ends with the input that raised an error that is not ours, if it finds one. On Linux, after
`pip install atheris`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

_LONGEST = 65_536  # bytes of an input


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz until the time is over or an error is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parser", metavar="PARSER", nargs="?", help="its name; all are listed if there is none")
    parser.add_argument("--seconds", type=int, default=60, metavar="N", help="default: 60")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="where inputs are kept; default: a temporary folder")
    options = parser.parse_args(arguments)
    try:
        import atheris
    except ImportError:
        print("atheris is missing: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["qa"]):
        from benchmarks.fuzz.targets import PARSERS, run, seeds
    if options.parser not in PARSERS:
        print(*PARSERS, sep="\n")
        return 2 if options.parser else 0
    corpus = options.corpus or Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    (corpus / "seed").write_bytes(seeds()[options.parser])
    settings = [f"-max_total_time={options.seconds}", f"-max_len={_LONGEST}", "-timeout=20", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *settings, str(corpus)], partial(run, PARSERS[options.parser]))
    atheris.Fuzz()  # ends the process
    return 0


if __name__ == "__main__":
    sys.exit(main())
