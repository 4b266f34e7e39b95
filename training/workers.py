"""Threads that share the work of a batch.

Each takes its part through forward and backward on one core, so the threads wait for each other once per step, not at
every operation, which is slow on cores with other work.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from training.batches import Window, collate
from training.losses import learning_loss
from training.model import SpanNetwork
from training.precision import autocast


class Workers:
    """Computes the gradients of a network's trained weights; with a GPU there is one worker.

    With a teacher, most of the loss is the divergence of the network's logits from the teacher's.
    """

    def __init__(self, reader: SpanNetwork, count: int, teacher: SpanNetwork | None = None) -> None:
        self._reader = reader
        self._teacher = teacher
        self._weights = list(reader.trained().values())
        self._device = self._weights[0].device
        self._count = count if self._device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._count, initializer=torch.set_num_threads, initargs=(1,))

    def backward(self, batch: Sequence[Window]) -> float:
        """Set the gradients of the batch's mean loss, and return that loss."""
        parts = [part for first in range(self._count) if (part := batch[first :: self._count])]
        shares = [len(part) / len(batch) for part in parts]
        results = list(self._pool.map(self._gradients, parts, shares))
        for weight, *gradients in zip(self._weights, *(gradients for _, gradients in results), strict=True):
            weight.grad = gradients[0]
            for gradient in gradients[1:]:
                weight.grad.add_(gradient)
        return sum(loss for loss, _ in results)

    def _gradients(self, part: Sequence[Window], share: float) -> tuple[float, tuple[Tensor, ...]]:
        batch = collate(part).to(self._device)
        with autocast(self._device.type):
            logits = self._reader(batch.ids, batch.types, batch.mask)
        seen = None
        if self._teacher:
            with torch.no_grad(), autocast(self._device.type):
                seen = self._teacher(batch.ids, batch.types, batch.mask)
        loss = share * learning_loss(logits, batch, seen).mean()
        return loss.item(), torch.autograd.grad(loss, self._weights)
