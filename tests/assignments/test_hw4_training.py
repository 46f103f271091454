"""Homework 4's third question: bands, claims, and what makes a human look."""

from __future__ import annotations

from typing import Any

import pytest

from grader.assignment import load_assignment
from grader.domain.evidence import TrainingPayload
from grader.domain.measurement import AccuracyMeasurement, Chosen
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status
from grader.score import score
from tests.hw4_evidence import accuracy, answers, evidence, network, training_facts

HW4 = load_assignment("hw4")


def graded(
    measured: AccuracyMeasurement | None = None, *, claims: dict[str, Any] | None = None, **payload: Any
) -> Grade:
    """The grade of a right submission with this training."""
    given = answers(network())
    given["q3"]["claimed"] = claims or {}
    fields = {"chosen": Chosen("Net"), "network": network(), "training": training_facts(), **payload}
    return score(HW4, evidence(given=given, q3=TrainingPayload(accuracy=measured, **fields)))


def check_of(grade: Grade) -> CheckResult:
    """The accuracy check."""
    return next(check for check in grade.questions[2].checks if check.id == "test_accuracy")


@pytest.mark.parametrize(
    ("correct", "points"),
    [(10_000, 3), (9_850, 3), (9_849, 2), (9_700, 2), (9_699, 1), (9_000, 1), (8_999, 0), (0, 0)],
)
def test_mnist_bands_are_exact_at_their_thresholds(correct: int, points: float) -> None:
    """98.5 % earns 3, 97 % 2, 90 % 1, and one image less earns the band below."""
    check = check_of(graded(accuracy(correct)))
    assert check.points == points
    assert check.status is (Status.PASSED if points == 3 else Status.FAILED)
    assert check.reason == ("" if points == 3 else Reason.ACCURACY_LOW)


def test_accuracy_is_never_shown_above_the_threshold_it_missed() -> None:
    """98.4999 % reads 98.49 %, not 98.50 %."""
    check = check_of(graded(accuracy(984_999, 1_000_000)))
    assert (check.expected, check.actual) == ("98.50 %", "98.49 %")


def test_digits_have_their_own_bands() -> None:
    """On scikit-learn's digits all points need less than on MNIST."""
    bands = HW4.info.expected["q3"]["bands"]["digits"]  # type: ignore[index]
    check = check_of(graded(accuracy(bands[0]["at_least"], 100, dataset="scikit-learn digits")))
    assert (check.points, bands[0]["at_least"] < 98.5) == (3, True)


def test_data_set_without_bands_is_for_a_human() -> None:
    """Nobody loses points on data that the assignment has no bands for."""
    check = check_of(graded(accuracy(dataset="fashion")))
    assert (check.status, check.points) == (Status.NEEDS_REVIEW, 0)


def test_untrained_network_that_knows_too_much_waits() -> None:
    """Over 30 % before training: the points are withheld and the submission is flagged."""
    grade = graded(accuracy(untrained_accuracy=0.31))
    check = check_of(grade)
    assert (check.status, check.points, check.reason) == (Status.NEEDS_REVIEW, 0, Reason.UNTRAINED_HIGH)
    assert grade.flags == (Reason.UNTRAINED_HIGH,)
    assert grade.questions[2].pending == 5
    assert check_of(graded(accuracy(untrained_accuracy=0.3))).points == 3


def test_memorised_images_are_flagged_and_keep_their_points() -> None:
    """A gap over ten points to the perturbed images is a note and a flag."""
    grade = graded(accuracy(perturbed_accuracy=0.88))
    assert (check_of(grade).points, grade.flags) == (3, (Reason.MEMORISED,))
    assert [note.reason for note in check_of(grade).notes] == [Reason.MEMORISED]
    assert graded(accuracy(perturbed_accuracy=0.89)).flags == ()


@pytest.mark.parametrize(
    ("claims", "noted", "flags"),
    [
        ({"accuracy": 0.99}, False, ()),
        ({"accuracy": "98.2%"}, False, ()),
        ({"accuracy": 0.9}, True, ()),
        ({"accuracy": 92}, True, (Reason.CLAIM_DIFFERS,)),
        ({"accuracy": 92, "dataset": "CIFAR-10"}, False, ()),
        ({}, False, ()),
    ],
)
def test_claim_beside_measurement_costs_nothing(claims: dict[str, Any], noted: bool, flags: tuple[str, ...]) -> None:
    """More than a point apart is a note; more than ten above is a flag; other data are not compared."""
    measured = accuracy(8_000) if claims.get("accuracy") == 92 else accuracy()
    grade = graded(measured, claims=claims)
    assert any(note.reason == Reason.CLAIM_DIFFERS for note in check_of(grade).notes) is noted
    assert grade.flags == flags
    assert check_of(grade).points == check_of(graded(measured)).points


def test_cap_on_seconds_is_a_note_once() -> None:
    """A training that was stopped says so once, whoever noticed first."""
    said = Problem(Reason.TRAIN_CAP, facts={"seconds": 30, "epochs": 2})
    for notes in ((), (said,)):
        check = check_of(graded(accuracy(), training=training_facts(cap_reached=True, epochs_seen=2), notes=notes))
        assert [note.reason for note in check.notes] == [Reason.TRAIN_CAP]


@pytest.mark.parametrize(
    ("reason", "status"),
    [(Reason.TRAIN_MISSING, Status.FAILED), (Reason.FREE_FORM_SCRIPT, Status.NEEDS_REVIEW)],
)
def test_training_that_brought_nothing_says_why(reason: Reason, status: Status) -> None:
    """A problem instead of an accuracy fails the check, or waits when only a human can tell."""
    check = check_of(graded(None, problem=Problem(reason, "hw4.py", 7), network=None))
    assert (check.status, check.reason, check.line, check.points) == (status, reason, 7, 0)


def test_graph_without_source_is_looked_at() -> None:
    """A trained network that no file explains keeps its band and asks for a human."""
    grade = graded(accuracy(9_750), network=network(graph_without_source=True))
    check = check_of(grade)
    assert (check.status, check.points, grade.flags) == (Status.NEEDS_REVIEW, 2, (Reason.GRAPH_WITHOUT_SOURCE,))
    assert Reason.ACCURACY_LOW in {note.reason for note in check.notes}
    assert grade.questions[2].pending == 3
