"""Judge: of several pairs that do not answer, one that a reader doubts about.

A pair that misleads nobody teaches nothing. But of what was made up by rule, what a reader takes for an answer without
any doubt often is one: so those in between come most (Schroff et al.: FaceNet, CVPR 2015, semi-hard negatives).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.batches import Window, batches, collate, windows
from training.curriculum import Example
from training.model import NULL, Reader, base_folder, base_tokenizer, load_weights

DOUBT = 1.0  # the margin of the greatest doubt
SHARPNESS = 0.5  # e-fold for two units of margin


class Judge:
    """Reads the pairs by the weights of a file, in `threads` threads."""

    def __init__(self, weights: Path, threads: int) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._reader = Reader(base_folder()).to(self._device).eval()
        self._reader.load_trained(load_weights(weights))
        self._tokenizer: Tokenizer = base_tokenizer(base_folder())
        self._threads = threads if self._device.type == "cpu" else 1

    def choices(self, groups: Sequence[Sequence[Example]], rng: Random) -> list[Example]:
        """One pair of each group; the nearer its margin to doubt the likelier."""
        pairs = list(chain.from_iterable(groups))
        found = windows(pairs, self._tokenizer, rng)
        margins = self._margins(found, rng)
        weights = iter([math.exp(-SHARPNESS * abs(margin - DOUBT)) for margin in margins])
        return [rng.choices(group, list(islice(weights, len(group))))[0] for group in groups]

    def _margins(self, found: Sequence[Window], rng: Random) -> list[float]:
        """How much better each window's best ends are than those of nothing."""
        numbers = {id(window): number for number, window in enumerate(found)}
        margins = [0.0] * len(found)
        made = batches(found, rng)
        with ThreadPoolExecutor(self._threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for batch, told in zip(made, pool.map(self._read, made), strict=True):
                for window, margin in zip(batch, told, strict=True):
                    margins[numbers[id(window)]] = margin
        return margins

    def _read(self, part: Sequence[Window]) -> list[float]:
        batch = collate(part)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16):
            logits = self._reader(batch.ids.to(self._device), batch.types.to(self._device), batch.mask.to(self._device))
        nothing: Tensor = logits[:, NULL].sum(dim=-1)
        in_passage = logits.masked_fill(batch.types.to(self._device).unsqueeze(-1) == 0, torch.finfo(torch.float32).min)
        best: Tensor = in_passage.amax(dim=1).sum(dim=-1)
        return [float(margin) for margin in best - nothing]
