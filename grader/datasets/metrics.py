"""Accuracy, precision, recall, F1 and confusion from logits and labels, in numpy.

A prediction is the class with the largest logit, the first of equal ones. A row
with NaN predicts nothing: it is never right and stands in no column of the
confusion matrix, and neither does a class that the data set does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float32]
Predictions = npt.NDArray[np.int64]

NOTHING = -1
"""The prediction of a row that predicts nothing."""


@dataclass(frozen=True)
class Scores:
    """What predictions are worth. Shares are fractions of 1, macro averages over all classes."""

    n: int
    correct: int
    per_class: tuple[tuple[int, int], ...]
    """Of each class: right ones, all."""
    precision_macro: float
    recall_macro: float
    f1_macro: float
    confusion: tuple[tuple[int, ...], ...]

    @property
    def accuracy(self) -> float:
        """Share of right predictions."""
        return self.correct / self.n if self.n else 0.0


@dataclass(frozen=True)
class Wrong:
    """One wrong prediction: position in the data set and how sure the network was."""

    index: int
    truth: int
    predicted: int
    confidence: float


def predictions_of(logits: Logits) -> Predictions:
    """The predicted class of each row, NOTHING where a logit is no number."""
    if logits.shape[1] == 0:
        return np.full(len(logits), NOTHING, dtype=np.int64)
    predictions: Predictions = np.argmax(logits, axis=1).astype(np.int64)
    predictions[np.isnan(logits).any(axis=1)] = NOTHING
    return predictions


def score_predictions(predictions: Predictions, labels: npt.NDArray[np.uint8], classes: int) -> Scores:
    """Count and average; a class that was never predicted has precision 0, an absent one recall 0."""
    truth = labels.astype(np.int64)
    known = (predictions >= 0) & (predictions < classes)
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (truth[known], predictions[known]), 1)
    right = np.diagonal(confusion)
    actual = np.bincount(truth, minlength=classes)
    predicted = confusion.sum(axis=0)
    return Scores(
        n=len(truth),
        correct=int(right.sum()),
        per_class=tuple((int(hit), int(all_)) for hit, all_ in zip(right, actual, strict=True)),
        precision_macro=_mean_share(right, predicted),
        recall_macro=_mean_share(right, actual),
        f1_macro=_mean_share(2 * right, predicted + actual),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def share_right(predictions: Predictions, labels: npt.NDArray[np.uint8]) -> float:
    """Accuracy alone; 0 for no images."""
    return float(np.mean(predictions == labels)) if len(labels) else 0.0


def wrong_predictions(logits: Logits, labels: npt.NDArray[np.uint8], most: int) -> tuple[Wrong, ...]:
    """The `most` surest of the wrong predictions, surest first, then by position."""
    predictions = predictions_of(logits)
    wrong = np.flatnonzero(predictions != labels)
    sure = confidences(logits[wrong], predictions[wrong])
    order = np.lexsort((wrong, -sure))[:most]
    return tuple(Wrong(int(wrong[i]), int(labels[wrong[i]]), int(predictions[wrong[i]]), float(sure[i])) for i in order)


def confidences(logits: Logits, predictions: Predictions) -> npt.NDArray[np.float64]:
    """Softmax of the predicted class, in double precision; 0 where nothing was predicted."""
    some = predictions >= 0
    result = np.zeros(len(logits))
    rows = logits[some].astype(np.float64)
    if rows.size == 0:
        return result
    top = rows.max(axis=1, keepdims=True)
    # inf - inf has no value: infinite logits share the whole among themselves.
    shifted = np.where(np.isinf(top), np.where(rows == top, 0.0, -np.inf), rows - np.where(np.isinf(top), 0.0, top))
    result[some] = 1.0 / np.exp(shifted).sum(axis=1)
    return result


def _mean_share(parts: npt.NDArray[np.int64], wholes: npt.NDArray[np.int64]) -> float:
    shares = np.divide(parts, wholes, out=np.zeros(len(parts)), where=wholes > 0)
    return float(shares.mean()) if len(shares) else 0.0
