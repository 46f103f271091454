"""Accuracy and macro averages of the MNIST test set, from what was missed and wrongly named in each class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grader.datasets.metrics import Scores, score_predictions

# Images of the digits 0 to 9 in MNIST's test split.
IMAGES = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)

Classes = npt.NDArray[np.int64]


def predictions(missed: Sequence[int], wrongly_named: Sequence[int]) -> tuple[Classes, Classes]:
    """Labels and predictions with so many images missed and so many wrongly named in each class.

    Which image was taken for which class changes no average, as long as none is taken for its own.
    """
    truths = [label for label, n in enumerate(missed) for _ in range(n)]
    names = [label for label, n in enumerate(wrongly_named) for _ in range(n)]
    # Both lists are sorted, so turning one against the other parts equal labels.
    turns = (names[turn:] + names[:turn] for turn in range(len(names)))
    taken = next(turn for turn in turns if all(a != b for a, b in zip(truths, turn, strict=True)))
    right = [label for label, n in enumerate(IMAGES) for _ in range(n - missed[label])]
    return np.array(right + truths), np.array(right + taken)


def scores(missed: Sequence[int], wrongly_named: Sequence[int]) -> Scores:
    """The grader's own averages."""
    labels, predicted = predictions(missed, wrongly_named)
    return score_predictions(predicted, labels.astype(np.uint8), len(IMAGES))


def macro_scores(missed: Sequence[int], wrongly_named: Sequence[int]) -> list[float]:
    """Accuracy and macro precision, recall and F1."""
    found = scores(missed, wrongly_named)
    return [found.accuracy, found.precision_macro, found.recall_macro, found.f1_macro]


def weighted_recall(missed: Sequence[int]) -> float:
    """Recall averaged with the number of images as weights."""
    recalls = [(n - m) / n for n, m in zip(IMAGES, missed, strict=True)]
    return sum(recall * n for recall, n in zip(recalls, IMAGES, strict=True)) / sum(IMAGES)
