"""The plan of a run: its length, its seed and its learning rate."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.errors import SettingError
from training.optimizer import AVERAGING, LEVEL_SHARE, WEIGHT_DECAY, rate_share
from training.sets import NAMES

RATE = 1.5e-4
WARM_UP = 150
FILE = "plan.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run, which are stored with its weights.

    `more_questions` is a file of questions that are in none of the sets. `balanced` says that half of the sets'
    examples are balanced by overlap, `parts` that all are cut as close reading does.
    """

    steps: int
    seed: int
    sets: tuple[str, ...] = NAMES
    more_questions: str | None = None
    balanced: bool = False
    parts: bool = False
    rate: float = RATE
    warm_up: int = WARM_UP
    level_share: float = LEVEL_SHARE
    weight_decay: float = WEIGHT_DECAY
    averaging: float = AVERAGING
    checkpoint_seconds: float = 240.0

    def rate_at(self, step: int) -> float:
        """The learning rate at a step: linear warm-up, a plateau, then linear decay to 0 at the last step.

        >>> plan = Plan(steps=1000, seed=0, rate=1.0, warm_up=100, level_share=0.4)
        >>> [plan.rate_at(step) for step in (0, 99, 400, 700, 1000)]
        [0.01, 1.0, 1.0, 0.5, 0.0]
        """
        left = (self.steps - step) / self.steps
        return self.rate * rate_share((step + 1) / self.warm_up, left, self.level_share)

    def write(self, folder: Path) -> None:
        """Write the plan into the folder of its run."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def check_continues(self, folder: Path) -> None:
        """Check that the run in a folder sees the examples of this plan; its other settings may be changed.

        Raises:
            SettingError: It was started with another seed, other sets or other examples of them, or by an earlier
                version.
        """
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
        examples = {
            "seed": self.seed,
            "sets": [*self.sets],
            "more_questions": self.more_questions,
            "balanced": self.balanced,
            "parts": self.parts,
        }
        for name, value in examples.items():
            if stored.get(name) != value:
                raise SettingError(
                    f"the run in {str(folder)!r} was started with the {name} {stored.get(name)!r}, not {value!r}, so "
                    "it saw other examples; give the same ones, or another --out"
                )
