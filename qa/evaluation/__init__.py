"""Measuring a library on judged questions: `qa evaluate`."""

from qa.evaluation.evaluate import evaluate

__all__ = ["evaluate"]
