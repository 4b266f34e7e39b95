"""Measure a library on a set of judged questions: `qa evaluate`."""

from qa.evaluation.evaluate import evaluate

__all__ = ["evaluate"]
