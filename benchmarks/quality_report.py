"""The report of `benchmarks.quality`: tables as Markdown, every figure as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.markdown import head, row
from benchmarks.options import OURS

DENSE, HYBRID = "dense", "txtai hybrid"
BM25 = "BM25"
_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class SetResult:
    """One set: nDCG@10 by system, and the p-value of our difference by peer."""

    data_sha256: str
    documents: int
    questions: int
    ndcg_at_10: Mapping[str, float]
    p_values: Mapping[str, float]

    @property
    def rivals(self) -> Mapping[str, str]:
        """The systems to beat, by their column: dense, the best BM25 on this set, and txtai hybrid."""
        lexical = [name for name in self.ndcg_at_10 if name.startswith(BM25)]
        best = max(lexical, key=lambda name: self.ndcg_at_10[name], default="")
        columns = {DENSE: DENSE, BM25: best, HYBRID: HYBRID}
        return {column: name for column, name in columns.items() if name in self.ndcg_at_10}

    @property
    def best_rival(self) -> float:
        """The nDCG@10 of the best of the rivals."""
        return max(self.ndcg_at_10[name] for name in self.rivals.values())

    @property
    def ahead(self) -> float:
        """Our nDCG@10 minus that of the best rival; negative if we are behind."""
        return self.ndcg_at_10[OURS] - self.best_rival

    @property
    def significant(self) -> bool:
        """Whether we are significantly ahead of every rival."""
        return self.ahead > 0 and all(self.p_values[name] < _SIGNIFICANT for name in self.rivals.values())


@dataclass(frozen=True, slots=True)
class QualityReport:
    """A whole run: `command` and `versions` repeat it; `missing` names the peers that were not installed."""

    command: str
    model: str
    model_sha256: str
    versions: Mapping[str, str]
    missing: Mapping[str, str]
    sets: Mapping[str, SetResult]

    def write(self, folder: Path) -> None:
        """Write `quality.md` and `quality.json` into `folder`, which is created if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / "quality.json").write_text(text + "\n", encoding="utf-8")
        (folder / "quality.md").write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """The tables: ours against the three rivals, every system, and the sets and versions."""
        ahead = sum(result.ahead >= 0 for result in self.sets.values())
        clearly = sum(result.significant for result in self.sets.values())
        return "\n".join(
            [
                "# Quality of ranking",
                "",
                f"`{self.command}`",
                "",
                f"nDCG@10 by trec_eval. Every system has the same vectors, of {self.model} ({self.model_sha256[:12]}). "
                "A peer gets a document whole (title and text): the encoder reads its first 256 tokens, BM25 all "
                "of it. p: paired randomisation test, 10,000 flips.",
                "",
                f"Level with or ahead of all three on {ahead} of {len(self.sets)} sets, "
                f"significantly (p < {_SIGNIFICANT}) ahead of all three on {clearly}.",
                "",
                *self._against_rivals(),
                "",
                "The BM25 column has the best of its rows below. All systems:",
                "",
                *self._all_systems(),
                "",
                "| set | documents | questions | data (SHA-256) |",
                "| --- | --- | --- | --- |",
                *(
                    f"| `{name}` | {result.documents:,} | {result.questions:,} | `{result.data_sha256[:16]}` |"
                    for name, result in self.sets.items()
                ),
                "",
                ", ".join(f"{name} {version}" for name, version in self.versions.items()),
                "",
                *(f"{name} was not run; install it with `{command}`\n" for name, command in self.missing.items()),
            ]
        )

    def _against_rivals(self) -> Sequence[str]:
        lines = head("set", DENSE, BM25, HYBRID, OURS, "ahead of the best", f"p {DENSE}", f"p {BM25}", f"p {HYBRID}")
        for name, result in self.sets.items():
            rivals = result.rivals
            scores = [
                f"{result.ndcg_at_10[rivals[key]]:.3f}" if key in rivals else "–" for key in (DENSE, BM25, HYBRID)
            ]
            chances = [f"{result.p_values[rivals[key]]:.4f}" if key in rivals else "–" for key in (DENSE, BM25, HYBRID)]
            lines.append(
                row(f"`{name}`", *scores, f"**{result.ndcg_at_10[OURS]:.3f}**", f"{result.ahead:+.3f}", *chances)
            )
        return lines

    def _all_systems(self) -> Sequence[str]:
        lines = head("system", *(f"`{name}`" for name in self.sets))
        systems = dict.fromkeys(system for result in self.sets.values() for system in result.ndcg_at_10)
        for system in systems:
            scores = [result.ndcg_at_10.get(system) for result in self.sets.values()]
            lines.append(row(system, *("–" if score is None else f"{score:.3f}" for score in scores)))
        return lines
