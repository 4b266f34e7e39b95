"""From what was measured at up to a million passages, and published figures, to a billion: a plan that was never run.

All of it is arithmetic on `Figures`; `benchmarks.scale_plan` measures and reads them, and writes the tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.markdown import head, row

SIZES = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
_NAMES = ("1 million", "10 million", "100 million", "1 billion")
_DIMENSION = 384  # of the default model
_VECTOR_BYTES = 4 * _DIMENSION
_VECTOR_FILE_BYTES = _VECTOR_BYTES + 32  # with the key; the header of a shard is spread over 1,024
_LINKS_BYTES = 4 * 2 * 16  # HNSW with M = 16: twice as many links in its lowest layer, four bytes each
_POSTING_BYTES = 8  # of a sparse vector and of its index alike: the number of four bytes, and the value
_SCALAR_BYTES = 6 * 8  # the passage's number, and what filters compare
_DISKANN_SHARE = 0.25  # of the vectors, in memory: PQCodeBudgetGBRatio and SearchCacheBudgetGBRatio are 0.125 each
_DISKANN_BYTES = 4_096 // 2  # on disk: two vectors of 384 numbers with 56 neighbours each fit in a sector
_GIB = 2**30
_HOURS_A_MONTH = 730
_REST_FOR_EACH = 4  # query nodes to one machine for the rest of Milvus; one alone runs all of it: an assumption
_SERVING = 2  # machines that answer, so that one may fail: an assumption
_ENCODE_HOURS = 24  # in which all texts are to be encoded


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine to rent.

    Attributes:
        name: Its name.
        cores: How many virtual processors it has.
        memory: Its memory in bytes.
        dollars: Its price an hour.
    """

    name: str
    cores: int
    memory: int
    dollars: float


# On-demand prices of Amazon EC2 for Linux in us-east-1, as public price lists had them on 2026-11-26.
ENCODING = Machine("c7i.4xlarge", 16, 32 * _GIB, 0.714)
SERVING = Machine("c7i.xlarge", 4, 8 * _GIB, 0.1785)
IN_MEMORY = tuple(
    Machine(f"r7i.{size}", cores, 8 * cores * _GIB, 0.06615 * cores)
    for size, cores in (("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16))
)
ON_DISK = tuple(
    Machine(f"i4i.{size}", cores, 8 * cores * _GIB, 0.0858125 * cores)
    for size, cores in (("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16))
)
"""With fast disks of their own, 468 GB for each 16 GiB of memory."""
DISK_DOLLARS = 0.08  # a gigabyte and month, EBS gp3
OBJECTS_DOLLARS = 0.023  # the same, S3 standard
HEADROOM = 31.2 / 22.9
"""Memory over the vectors: for 8 million of 768 numbers (22.9 GB) in HNSW with M = 4, whose links take little, Milvus's
sizing tool says 31.2 GB."""
USED_SHARE = 0.8  # of a machine's memory, the rest being the system's: an assumption


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, for each passage of the evaluation sets unless it says otherwise.

    Attributes:
        passages: How many passages there were.
        tokens: How many tokens one has.
        texts_bytes: The bytes of `texts.sqlite`.
        nonzeros: The words and pairs of words that one has, in its text and its context.
        terms_bytes: The bytes of its words as terms.
        postings_share: How many passages the words of a question are in together, as a share of all passages.
        build_bytes: The memory that one takes while its library is built, with its text, without its vector.
        split_rate: How many a second one process cuts, with all that a passage knows.
        encode_rate: How many a second one core encodes.
        encode_tokens: How many tokens those had.
        million: What a library of a million takes: see `benchmarks/results/scale.md`.
        requests: How many requests to Milvus a question makes.
    """

    passages: int
    tokens: float
    texts_bytes: float
    nonzeros: float
    terms_bytes: float
    postings_share: float
    build_bytes: float
    split_rate: float
    encode_rate: float
    encode_tokens: float
    million: Million
    requests: float


@dataclass(frozen=True, slots=True)
class Million:
    """What a library of a million passages took on two cores."""

    disk_mb: float
    resident_mb: float
    median_ms: float
    p95_ms: float
    build_s: float
    add_s: float


def tables(figures: Figures) -> str:
    """The plan as Markdown tables."""
    return "\n\n".join(
        [
            _table("Encoding", _encoding(figures)),
            _table("One machine, embedded", _embedded(figures)),
            _table("Milvus, HNSW in memory", _milvus(figures)),
            _table("Milvus, DiskANN", _diskann(figures)),
        ]
    )


_Row = tuple[str, Callable[[int], str]]


def _table(title: str, rows: Sequence[_Row]) -> str:
    lines = head(title, *_NAMES)
    return "\n".join([*lines, *(row(name, *(value(size) for size in SIZES)) for name, value in rows)])


def _encoding(figures: Figures) -> list[_Row]:
    def core_hours(size: int) -> float:
        return size / figures.encode_rate / 3_600

    def machines(size: int) -> int:
        return math.ceil(core_hours(size) / ENCODING.cores / _ENCODE_HOURS)

    return [
        ("hours of a core", lambda size: _number(core_hours(size))),
        (f"machines ({ENCODING.name}) for a day at most", lambda size: f"{machines(size):,}"),
        ("hours with these", lambda size: _number(core_hours(size) / ENCODING.cores / machines(size))),
        ("dollars, once", lambda size: _number(core_hours(size) / ENCODING.cores * ENCODING.dollars)),
        ("vectors as files", lambda size: _bytes(size * _VECTOR_FILE_BYTES)),
    ]


def _embedded(figures: Figures) -> list[_Row]:
    million = figures.million
    return [
        ("on disk", lambda size: _bytes(size * million.disk_mb)),
        ("memory of a build, at least", lambda size: _bytes(size * (figures.build_bytes + _VECTOR_BYTES))),
        ("cutting the texts, one process", lambda size: _seconds(size / figures.split_rate)),
        ("indexing", lambda size: _seconds(million.build_s * size / 1e6)),
        ("ranking, median, if it grows with n", lambda size: _seconds(million.median_ms / 1e3 * size / 1e6)),
    ]


def _milvus(figures: Figures) -> list[_Row]:
    def memory(size: int) -> float:
        return size * (_VECTOR_BYTES + _LINKS_BYTES + figures.nonzeros * _POSTING_BYTES) * HEADROOM

    return [
        ("memory of the query nodes", lambda size: _bytes(memory(size))),
        *_cluster(figures, IN_MEMORY, memory, lambda size: size * (_VECTOR_BYTES + _LINKS_BYTES)),
        ("postings of a question's words", lambda size: _short(size * figures.postings_share)),
    ]


def _diskann(figures: Figures) -> list[_Row]:
    def memory(size: int) -> float:
        return size * (_DISKANN_SHARE * _VECTOR_BYTES + figures.nonzeros * _POSTING_BYTES) * HEADROOM

    return [
        ("memory of the query nodes", lambda size: _bytes(memory(size))),
        ("their fast disks", lambda size: _bytes(size * _DISKANN_BYTES)),
        *_cluster(figures, ON_DISK, memory, lambda size: size * _DISKANN_BYTES),
    ]


def _cluster(
    figures: Figures, kinds: Sequence[Machine], memory: Callable[[int], float], index: Callable[[int], float]
) -> list[_Row]:
    """The machines of a cluster, what it stores, and what both cost a month; `kinds` are to choose from."""

    def node(size: int) -> Machine:
        return next((kind for kind in kinds if memory(size) <= kind.memory * USED_SHARE), kinds[-1])

    def nodes(size: int) -> int:
        return math.ceil(memory(size) / (node(size).memory * USED_SHARE))

    def rest(size: int) -> int:
        return 0 if nodes(size) == 1 else math.ceil(nodes(size) / _REST_FOR_EACH)

    def objects(size: int) -> float:
        once = _VECTOR_BYTES + figures.nonzeros * _POSTING_BYTES + figures.terms_bytes + _SCALAR_BYTES
        return size * (once + figures.nonzeros * _POSTING_BYTES) + index(size)

    def dollars(size: int) -> float:
        machines = (nodes(size) + rest(size)) * node(size).dollars + _SERVING * SERVING.dollars
        disks = _SERVING * size * figures.texts_bytes / 1e9 * DISK_DOLLARS
        return machines * _HOURS_A_MONTH + disks + objects(size) / 1e9 * OBJECTS_DOLLARS

    return [
        ("query nodes", lambda size: f"{nodes(size):,} × {node(size).name}"),
        ("machines for the rest of Milvus", lambda size: f"{rest(size):,}"),
        ("its object store", lambda size: _bytes(objects(size))),
        (f"texts, on each of {_SERVING} {SERVING.name} that answer", lambda size: _bytes(size * figures.texts_bytes)),
        ("dollars a month, all of it", lambda size: _number(dollars(size))),
    ]


def _number(value: float) -> str:
    """A number of two figures, as far as a plan can be exact.

    >>> _number(0.334), _number(7.21), _number(7213.4)
    ('0.33', '7.2', '7,200')
    """
    rounded = _rounded(value)
    return f"{rounded:,.{max(1 - math.floor(math.log10(rounded)), 0) if rounded else 0}f}"


def _rounded(value: float) -> float:
    return float(f"{value:.1e}")


def _short(value: float) -> str:
    """A large number in words: "1.2 million"."""
    for name, size in (("billion", 1e9), ("million", 1e6), ("thousand", 1e3)):
        if value >= size:
            return f"{_number(value / size)} {name}"
    return _number(value)


def _bytes(value: float) -> str:
    """A number of bytes.

    >>> _bytes(2.04e9), _bytes(1.57e12)
    ('2.0 GB', '1.6 TB')
    """
    return f"{_number(value / 1e12)} TB" if _rounded(value) >= 1e12 else f"{_number(value / 1e9)} GB"


def _seconds(value: float) -> str:
    """A time in the unit that suits it.

    >>> _seconds(0.016), _seconds(1.6), _seconds(1_840), _seconds(184_000)
    ('16 ms', '1.6 s', '31 min', '51 h')
    """
    for name, unit in (("h", 3_600), ("min", 60), ("s", 1)):
        if value >= unit * (2 if unit > 1 else 1):
            return f"{_number(value / unit)} {name}"
    return f"{_number(value * 1e3)} ms"
