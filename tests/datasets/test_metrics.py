"""Metrics against scikit-learn, which computes the same by another road."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.datasets.metrics import (
    NOTHING,
    Scores,
    confidences,
    predictions_of,
    score_predictions,
    share_right,
    wrong_predictions,
)

CLASSES = 10
labels_of = st.integers(0, CLASSES - 1)


@st.composite
def exams(draw: st.DrawFn) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Predictions, nothing and classes that do not exist among them, with the labels."""
    n = draw(st.integers(1, 40))
    labels = draw(arrays.arrays(np.uint8, n, elements=labels_of))
    predictions = draw(arrays.arrays(np.int64, n, elements=st.integers(NOTHING, CLASSES + 2)))
    return predictions, labels


@settings(deadline=None)
@given(exams())
def test_scores_are_those_of_scikit_learn(exam: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]) -> None:
    """Accuracy, macro precision, recall and F1 with zero division 0, and the confusion matrix."""
    from sklearn import metrics as oracle

    predictions, labels = exam
    known = list(range(CLASSES))
    scores = score_predictions(predictions, labels, CLASSES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, f1, support = oracle.precision_recall_fscore_support(
            labels, predictions, labels=known, zero_division=0
        )
        valid = np.isin(predictions, known)
        confusion = oracle.confusion_matrix(labels, predictions, labels=known) if valid.any() else np.zeros((10, 10))
    assert scores.accuracy == pytest.approx(oracle.accuracy_score(labels, predictions))
    assert scores.precision_macro == pytest.approx(precision.mean())
    assert scores.recall_macro == pytest.approx(recall.mean())
    assert scores.f1_macro == pytest.approx(f1.mean())
    assert np.array_equal(scores.confusion, confusion)
    assert [total for _, total in scores.per_class] == support.tolist()


@given(exams())
def test_scores_add_up(exam: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]) -> None:
    """Right ones are the diagonal, each row holds its class's images less those without a prediction."""
    predictions, labels = exam
    scores = score_predictions(predictions, labels, CLASSES)
    assert scores.n == len(labels) == sum(total for _, total in scores.per_class)
    assert scores.correct == sum(right for right, _ in scores.per_class)
    assert scores.correct == sum(scores.confusion[label][label] for label in range(CLASSES))
    assert scores.accuracy == share_right(predictions, labels)
    assert sum(map(sum, scores.confusion)) == int(((predictions >= 0) & (predictions < CLASSES)).sum())


def test_no_image_gives_no_score() -> None:
    """Nothing to predict is 0 everywhere and no division by zero."""
    none = np.array([], dtype=np.uint8)
    empty = ((0,) * CLASSES,) * CLASSES
    assert score_predictions(none.astype(np.int64), none, CLASSES) == Scores(0, 0, ((0, 0),) * 10, 0.0, 0.0, 0.0, empty)
    assert share_right(none.astype(np.int64), none) == 0.0


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 12), st.integers(1, 12)),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    )
)
def test_prediction_is_the_first_largest_logit(logits: npt.NDArray[np.float32]) -> None:
    """Whatever the numbers; a row with NaN predicts nothing, so it is never right."""
    for row, predicted in zip(logits.tolist(), predictions_of(logits).tolist(), strict=True):
        has_nan = any(value != value for value in row)
        assert predicted == (NOTHING if has_nan else row.index(max(row)))


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 8), st.integers(1, 12)),
        elements=st.floats(-80, 80, width=32),
    )
)
def test_confidence_is_the_softmax(logits: npt.NDArray[np.float32]) -> None:
    """The predicted class's softmax, as torch computes it in double precision."""
    torch = pytest.importorskip("torch")
    expected = torch.softmax(torch.from_numpy(logits.astype(np.float64)), dim=1).max(dim=1).values.numpy()
    assert confidences(logits, predictions_of(logits)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([np.inf, 0.0], 1.0),
        ([np.inf, np.inf], 0.5),
        ([-np.inf, -np.inf], 0.5),
        ([-np.inf, 3.0], 1.0),
        ([3e38, -3e38], 1.0),
        ([np.nan, 1.0], 0.0),
    ],
    ids=str,
)
def test_confidence_of_infinite_logits_is_a_share(row: list[float], expected: float) -> None:
    """Infinite logits share the whole among themselves; NaN is no confidence at all."""
    logits = np.array([row], dtype=np.float32)
    assert confidences(logits, predictions_of(logits)) == pytest.approx([expected])


def test_mistakes_come_surest_first() -> None:
    """Only wrong ones, by confidence and then by position, at most as many as asked for."""
    logits = np.array([[0, 5], [9, 0], [0, 5], [0, 1], [4, 0], [np.nan, 0]], dtype=np.float32)
    labels = np.array([0, 1, 0, 0, 0, 1], dtype=np.uint8)
    found = wrong_predictions(logits, labels, most=9)
    assert [(wrong.index, wrong.truth, wrong.predicted) for wrong in found] == [
        (1, 1, 0),
        (0, 0, 1),
        (2, 0, 1),
        (3, 0, 1),
        (5, 1, NOTHING),
    ]
    assert [wrong.confidence for wrong in found] == sorted((wrong.confidence for wrong in found), reverse=True)
    assert wrong_predictions(logits, labels, most=2) == found[:2]


@pytest.mark.parametrize("classes", [1, 3, 1000])
def test_networks_may_have_another_number_of_outputs(classes: int) -> None:
    """A head with fewer or more outputs than classes is scored by what it says."""
    labels = np.array([0, 2, 5], dtype=np.uint8)
    logits = np.zeros((3, classes), dtype=np.float32)
    logits[:, classes - 1] = 1
    scores = score_predictions(predictions_of(logits), labels, CLASSES)
    assert scores.correct == int((labels == classes - 1).sum())
