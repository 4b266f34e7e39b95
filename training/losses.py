"""The losses of a reader: against labels, and against a teacher."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from training.batches import Batch
from training.model import LOWEST, NULL

TEMPERATURE = 1.5  # softens the distributions of start and end that a teacher gives
TAUGHT_SHARE = 0.7  # of the loss, where there is a teacher


def learning_loss(logits: Tensor, batch: Batch, teacher: Tensor | None = None) -> Tensor:
    """The loss, by window: against the labels, or mostly against a teacher if there is one.

    Args:
        logits: Shape (batch, length, 3).
        batch: The windows, on the device of the logits.
        teacher: The teacher's logits, in the same shape; None without a teacher.
    """
    labelled = labelled_loss(logits, batch)
    if teacher is None:
        return labelled
    return TAUGHT_SHARE * taught_loss(logits, teacher, batch) + (1.0 - TAUGHT_SHARE) * labelled


def labelled_loss(logits: Tensor, batch: Batch) -> Tensor:
    """The loss, by window, against the labels; 0 for a window without any.

    Args:
        logits: Shape (batch, length, 3).
        batch: The windows, on the device of the logits.
    """
    return pointing_loss(logits[..., :2], batch.targets[..., :2]) + evidence_loss(
        logits[..., 2], batch.targets[..., 2], batch.judged
    )


def pointing_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """The negative mean log-probability, by window, that start and end are at one of their targets.

    Args:
        logits: Shape (batch, length, 2).
        targets: 0 or 1, in the same shape; a window without targets has no loss.
    """
    on_target = logits.masked_fill(targets == 0, LOWEST)
    losses = (logits.logsumexp(dim=1) - on_target.logsumexp(dim=1)).mean(dim=1)
    return losses.where(targets.any(dim=1).all(dim=1), 0.0)


def evidence_loss(logits: Tensor, targets: Tensor, judged: Tensor) -> Tensor:
    """The cross-entropy, by window, of whether the passage answers and, on average, of whether a token's sentence does.

    Args:
        logits: Shape (batch, length).
        targets: Probabilities, in the same shape.
        judged: 1 where the target is known, otherwise 0, in the same shape.
    """
    losses = functional.binary_cross_entropy_with_logits(logits.clamp(min=-30.0), targets, reduction="none") * judged
    return losses[:, NULL] + losses[:, NULL + 1 :].sum(dim=1) / judged[:, NULL + 1 :].sum(dim=1).clamp(min=1.0)


def taught_loss(logits: Tensor, teacher: Tensor, batch: Batch) -> Tensor:
    """The divergence, by window, of start and end from the teacher's, and the cross-entropy with its evidence.

    After Hinton et al.: Distilling the Knowledge in a Neural Network, 2015.

    Args:
        logits: Shape (batch, length, 3).
        teacher: The teacher's logits, in the same shape.
        batch: The windows, on the device of the logits.
    """
    seen, target = (values[..., :2] / TEMPERATURE for values in (logits, teacher))
    divergence = functional.kl_div(seen.log_softmax(1), target.log_softmax(1), reduction="none", log_target=True)
    pointing = TEMPERATURE**2 * divergence.sum(dim=1).mean(dim=1)
    second = batch.types.float()
    second[:, NULL] = 1.0
    return pointing + evidence_loss(logits[..., 2], teacher[..., 2].sigmoid(), second)
