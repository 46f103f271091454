"""Grades hand-made evidence of homework 4 and finds results by id."""

from __future__ import annotations

from typing import Any

from grader.assignment import load_assignment
from grader.domain.evidence import NetworkPayload, SubmissionEvidence
from grader.domain.measurement import Chosen
from grader.domain.result import CheckResult, Grade
from grader.score import score
from tests.hw4_evidence import LECTURE, answers, evidence, network

HW4 = load_assignment("hw4")


def graded(found: SubmissionEvidence) -> dict[str, CheckResult]:
    """Every check's result by id."""
    return by_id(score(HW4, found))


def by_id(grade: Grade) -> dict[str, CheckResult]:
    """A grade's checks by id."""
    return {check.id: check for question in grade.questions for check in question.checks}


def points_of_hand(checks: dict[str, CheckResult]) -> float:
    """What the rows of the hand calculation earn together."""
    return sum(check.points for name, check in checks.items() if name.startswith("hand_") and name != "hand_total")


def reasons_of(check: CheckResult) -> set[str]:
    """A check's own reason and those of its notes."""
    return {check.reason, *(note.reason for note in check.notes)} - {""}


def handing_in(sizes: tuple[Any, ...] = LECTURE, *, bias: bool = True, **reported: object) -> SubmissionEvidence:
    """A network of these sizes with right answers, except for what is reported otherwise."""
    measured = network(sizes, bias=bias)
    payload = NetworkPayload(Chosen("CustomAlexNet", "hw4.py", 1), measured)
    return evidence(given=answers(measured, **reported), q2=payload)


def changed(section: str, **changes: object) -> SubmissionEvidence:
    """The lecture's network with right answers, except for these lines of one section of q2."""
    given = answers(network())
    given["q2"][section] = {key: v for key, v in {**given["q2"][section], **changes}.items() if v is not None}
    return evidence(given=given)
