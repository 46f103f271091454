"""The exam of one submission and its marking: order undone, labels joined, lies refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from grader.datasets.join import CURVE_N, MOST_MISTAKES, Exam, exam, join_labels
from grader.datasets.load import Dataset, load_dataset
from grader.wire.frames import Frame

SECRET = b"s" * 32
Logits = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The digits."""
    return load_dataset("digits", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def paper(dataset: Dataset) -> Exam:
    """The exam of a submission."""
    return exam(dataset, SECRET, "ab" * 32)


def images_of(paper: Exam) -> npt.NDArray[np.uint8]:
    """The images as the measuring zone sees them: plain ones, then perturbed ones."""
    return np.frombuffer(b"".join(paper.pixels()), dtype=np.uint8).reshape(2, paper.n, *paper.shape[1:])


def answers(paper: Exam, dataset: Dataset, right: int, classes: int = 10) -> Logits:
    """Logits in exam order that are right for the first images of the data set and wrong for the others."""
    labels = dataset.test_labels.astype(int)
    said = np.where(np.arange(paper.n) < right, labels, (labels + 1) % 10)
    logits = np.zeros((paper.n, classes), dtype=np.float32)
    logits[np.arange(paper.n), said] = 3.0
    return logits[paper.order]


def reply(paper: Exam, trained: Logits, **blobs: bytes) -> Frame:
    """A measuring job's reply; the untrained network says 0 to everything."""
    found = {"trained": trained.tobytes(), "perturbed": trained.tobytes(), "untrained": bytes(trained.nbytes)}
    return Frame({"classes": trained.shape[1], "curve": 0}, found | blobs)


def test_exam_holds_every_image_once_in_another_order(dataset: Dataset, paper: Exam) -> None:
    """The order leads back to the data set; nothing but pixels goes along."""
    images, _ = images_of(paper)
    assert np.array_equal(images, dataset.test_images[paper.order])
    assert sorted(paper.order.tolist()) == list(range(dataset.test_n))
    assert not np.array_equal(paper.order, np.arange(dataset.test_n))


def test_exam_differs_by_submission_and_secret(dataset: Dataset, paper: Exam) -> None:
    """The same submission always meets the same order, another one or another DIR never."""
    again = exam(dataset, SECRET, "ab" * 32)
    assert again == paper and np.array_equal(again.order, paper.order)
    others = exam(dataset, SECRET, "cd" * 32), exam(dataset, b"t" * 32, "ab" * 32)
    assert not any(np.array_equal(other.order, paper.order) for other in others)


def test_perturbed_images_stay_near_their_originals(paper: Exam) -> None:
    """The second copy is in the same order, and its mean differs by little."""
    images, changed = images_of(paper)
    assert not np.array_equal(images, changed)
    near = np.abs(images.astype(float).mean((1, 2)) - changed.astype(float).mean((1, 2)))
    assert near.max() < 20


@pytest.mark.parametrize("right", [0, 1, 100, 355])
def test_right_answers_are_counted(dataset: Dataset, paper: Exam, right: int) -> None:
    """Accuracy, perturbed and untrained accuracy are shares of the whole test split."""
    found = join_labels(paper, reply(paper, answers(paper, dataset, right)), dataset)
    zeros = int((dataset.test_labels == 0).sum())
    assert (found.n, found.correct) == (355, right)
    assert found.accuracy == found.perturbed_accuracy == right / 355
    assert found.untrained_accuracy == zeros / 355
    assert found.per_class["3"][1] == int((dataset.test_labels == 3).sum())
    assert found.dataset == dataset.title and found.curve == ()


def test_answers_without_the_order_are_guesses(dataset: Dataset, paper: Exam) -> None:
    """Somebody who knows all labels by index, but not the order, gains nothing."""
    logits = np.eye(10, dtype=np.float32)[dataset.test_labels]
    found = join_labels(paper, reply(paper, logits), dataset)
    assert found.accuracy < 0.25


def test_mistakes_show_their_own_image(dataset: Dataset, paper: Exam) -> None:
    """Index, truth and pixels belong together, and there are not more than a page can show."""
    found = join_labels(paper, reply(paper, answers(paper, dataset, 300)), dataset).mistakes
    assert len(found) == MOST_MISTAKES
    for mistake in found:
        assert mistake.index >= 300 and mistake.truth == dataset.test_labels[mistake.index]
        assert mistake.predicted == (mistake.truth + 1) % 10
        assert mistake.pixels == tuple(dataset.test_images[mistake.index].reshape(-1).tolist())


def test_curve_is_scored_on_the_first_images_of_the_order(dataset: Dataset, paper: Exam) -> None:
    """One accuracy for each snapshot, in order."""
    n = min(paper.n, CURVE_N)
    good, bad = answers(paper, dataset, paper.n)[:n], answers(paper, dataset, 0)[:n]
    frame = reply(paper, answers(paper, dataset, 1))
    frame = replace(frame, message={**frame.message, "curve": 2})
    frame = replace(frame, blobs={**frame.blobs, "curve/0": bad.tobytes(), "curve/1": good.tobytes()})
    assert join_labels(paper, frame, dataset).curve == (0.0, 1.0)


def test_nan_logits_are_never_right(dataset: Dataset, paper: Exam) -> None:
    """A network that answers NaN scores 0 and makes no confusion."""
    logits = np.full((paper.n, 10), np.nan, dtype=np.float32)
    found = join_labels(paper, reply(paper, logits), dataset)
    assert (found.correct, found.f1_macro, sum(map(sum, found.confusion))) == (0, 0.0, 0)


def test_head_of_another_size_is_scored(dataset: Dataset, paper: Exam) -> None:
    """A thousand outputs are allowed; those beyond the ten classes are wrong."""
    found = join_labels(paper, reply(paper, answers(paper, dataset, 200, classes=1000)), dataset)
    assert found.correct == 200


@pytest.mark.parametrize(
    "change",
    [
        {"classes": None},
        {"classes": 0},
        {"classes": 9},
        {"classes": True},
        {"classes": 10.0},
        {"classes": 1 << 60},
        {"curve": 1},
        {"curve": -1},
        {"curve": None},
        {"curve": 10_000},
    ],
    ids=str,
)
def test_reply_with_other_sizes_is_refused(dataset: Dataset, paper: Exam, change: dict[str, object]) -> None:
    """Counts that are none, or that the blobs do not fit, are a ValueError before any array is made."""
    frame = reply(paper, answers(paper, dataset, 5))
    with pytest.raises(ValueError, match="whole number|logits"):
        join_labels(paper, replace(frame, message={**frame.message, **change}), dataset)


@pytest.mark.parametrize("name", ["trained", "perturbed", "untrained"])
def test_reply_without_a_blob_is_refused(dataset: Dataset, paper: Exam, name: str) -> None:
    """All three sets of logits have to be there, whole."""
    frame = reply(paper, answers(paper, dataset, 5))
    for blob in (None, frame.blobs[name][:-4]):
        blobs = {key: value for key, value in {**frame.blobs, name: blob}.items() if value is not None}
        with pytest.raises(ValueError, match=name):
            join_labels(paper, replace(frame, blobs=blobs), dataset)


def test_network_that_was_not_trained_here_is_asked_once(dataset: Dataset) -> None:
    """No changed images go along, and there is no accuracy on them."""
    paper = exam(dataset, SECRET, "ab" * 32, trained=False)
    assert paper.perturbed is None
    assert sum(map(len, paper.pixels())) == dataset.test_images.size
    logits = answers(paper, dataset, 100)
    measured = join_labels(paper, Frame({"classes": 10, "curve": 0}, {"trained": logits.tobytes()}), dataset)
    assert (measured.correct, measured.perturbed_accuracy, measured.untrained_accuracy) == (100, None, None)


def test_images_with_channels_keep_their_shape(dataset: Dataset) -> None:
    """Channels, height, width, in this order."""
    grey = dataset.test_images
    assert dataset.image_shape == (1, *grey.shape[1:])
    coloured = replace(dataset, test_images=np.stack([grey, grey, grey], 1))
    paper = exam(coloured, SECRET, "ab" * 32, trained=False)
    assert paper.shape == (3, *grey.shape[1:])
    assert sum(map(len, paper.pixels())) == 3 * grey.size
