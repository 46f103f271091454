"""Test images leave in a secret order without labels; logits come back and meet the labels here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.datasets.layout import Images
from grader.datasets.load import Dataset
from grader.datasets.metrics import Logits, Wrong, predictions_of, score_predictions, share_right, wrong_predictions
from grader.datasets.secret_order import derive, perturb, secret_order
from grader.datasets.split import Indices
from grader.domain.measurement import AccuracyMeasurement, Mistake
from grader.wire.frames import Frame

CURVE_N = 1000
"""Images that each snapshot is scored on."""

MOST_CLASSES = 10_000
MOST_SNAPSHOTS = 64
MOST_MISTAKES = 24

_PIECE = 500
"""Images that are put in order at a time: few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class Exam:
    """What one submission is asked: n images of `shape` (channels, height, width), plain and perturbed.

    There are no perturbed ones for a network that was not trained here.
    """

    n: int
    shape: tuple[int, int, int]
    order: Indices = field(repr=False, compare=False)
    """Position in the exam to index in the data set; known to the parent only."""
    source: Images = field(repr=False, compare=False)
    """The data set's own images, in its own order."""
    perturbed: Images | None = field(default=None, repr=False, compare=False)

    def pixels(self) -> Iterator[memoryview]:
        """The bytes of all images in the order of the exam, then those of the perturbed ones, piece by piece."""
        for start in range(0, self.n, _PIECE):
            yield np.ascontiguousarray(self.source[self.order[start : start + _PIECE]]).data.cast("B")
        if self.perturbed is not None:
            yield np.ascontiguousarray(self.perturbed).data.cast("B")


def exam(dataset: Dataset, secret: bytes, sha256: str, *, trained: bool = True) -> Exam:
    """The test images in the secret order of this submission, and slightly changed for one that was `trained`."""
    key = derive(secret, "exam", dataset.sha256, sha256)
    order = secret_order(dataset.test_n, key)
    changed = perturb(dataset.test_images[order], key) if trained else None
    return Exam(dataset.test_n, dataset.image_shape, order, dataset.test_images, changed)


def join_labels(paper: Exam, reply: Frame, dataset: Dataset) -> AccuracyMeasurement:
    """Undo the order and score the logits of a measuring job.

    Raises:
        ValueError: when the reply does not hold the logits that were asked for.
    """
    classes = _count(reply.message, "classes", MOST_CLASSES)
    trained = _in_order(_logits(reply, "trained", paper.n, classes), paper)
    beside = {
        name: share_right(predictions_of(_in_order(_logits(reply, name, paper.n, classes), paper)), dataset.test_labels)
        for name in ("perturbed", "untrained")
        if paper.perturbed is not None
    }
    scores = score_predictions(predictions_of(trained), dataset.test_labels, len(dataset.class_names))
    return AccuracyMeasurement(
        dataset=dataset.title,
        n=scores.n,
        correct=scores.correct,
        accuracy=scores.accuracy,
        per_class=dict(zip(dataset.class_names, scores.per_class, strict=True)),
        precision_macro=scores.precision_macro,
        recall_macro=scores.recall_macro,
        f1_macro=scores.f1_macro,
        confusion=scores.confusion,
        perturbed_accuracy=beside.get("perturbed"),
        untrained_accuracy=beside.get("untrained"),
        curve=_curve(paper, reply, dataset, classes),
        mistakes=tuple(
            _mistake(wrong, dataset) for wrong in wrong_predictions(trained, dataset.test_labels, MOST_MISTAKES)
        ),
    )


def checkpoint_correct(paper: Exam, reply: Frame, dataset: Dataset) -> int | None:
    """How many test images the weights handed in as a file are right on; None when none were scored.

    Raises:
        ValueError: when the reply's logits are not those of all test images.
    """
    if "checkpoint" not in reply.blobs:
        return None
    logits = _in_order(_logits(reply, "checkpoint", paper.n, _count(reply.message, "classes", MOST_CLASSES)), paper)
    return int((predictions_of(logits) == dataset.test_labels).sum())


def _curve(paper: Exam, reply: Frame, dataset: Dataset, classes: int) -> tuple[float, ...]:
    """Accuracy after each snapshot, on the first images of the secret order."""
    n = min(paper.n, CURVE_N)
    labels = dataset.test_labels[paper.order[:n]]
    snapshots = range(_count(reply.message, "curve", MOST_SNAPSHOTS, least=0))
    asked = (_logits(reply, f"curve/{number}", n, classes) for number in snapshots)
    return tuple(share_right(predictions_of(logits), labels) for logits in asked)


def _mistake(wrong: Wrong, dataset: Dataset) -> Mistake:
    pixels = dataset.test_images[wrong.index].reshape(-1).tolist()
    return Mistake(wrong.index, wrong.truth, wrong.predicted, wrong.confidence, tuple(pixels))


def _in_order(logits: Logits, paper: Exam) -> Logits:
    undone = np.empty_like(logits)
    undone[paper.order] = logits
    return undone


def _logits(reply: Frame, name: str, n: int, classes: int) -> Logits:
    blob = reply.blobs.get(name)
    if blob is None or len(blob) != 4 * n * classes:
        raise ValueError(f"blob {name!r} is not {n} x {classes} float32 logits")
    return np.frombuffer(blob, dtype="<f4").reshape(n, classes)


def _count(message: Mapping[str, object], key: str, most: int, *, least: int = 1) -> int:
    value = message.get(key)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{key} is not a whole number from {least} to {most}")
    return value
