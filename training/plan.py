"""The plan of a run: its length, its seed and its learning rate."""

from __future__ import annotations

from dataclasses import dataclass

RATE = 1.5e-4
WARM_UP = 150


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run, which are stored with its weights."""

    steps: int
    seed: int
    rate: float = RATE
    warm_up: int = WARM_UP
    level_share: float = 0.3
    weight_decay: float = 0.01
    averaging: float = 0.998
    checkpoint_seconds: float = 240.0

    def rate_at(self, step: int) -> float:
        """The learning rate at a step: linear warm-up, a plateau, then linear decay to 0 at the last step.

        >>> plan = Plan(steps=1000, seed=0, rate=1.0, warm_up=100, level_share=0.4)
        >>> [plan.rate_at(step) for step in (0, 99, 400, 700, 1000)]
        [0.01, 1.0, 1.0, 0.5, 0.0]
        """
        level_until = self.level_share * self.steps
        return self.rate * min(1.0, (step + 1) / self.warm_up, (self.steps - step) / (self.steps - level_until))
