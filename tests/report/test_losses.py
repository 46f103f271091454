"""Where the points went: every lost point once, with its cause; what only follows from another counts there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.domain.evidence import SubmissionEvidence
from grader.domain.reason import Reason
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status, Visibility
from grader.report.catalogue import load_catalogue
from grader.report.losses import find_causes, find_losses, find_waiting, sum_points
from tests.report.samples import grade_of, manual, nothing, perfect, slip, syntax_error

WORDS = load_catalogue()


def with_check(grade: Grade, question: str, check: CheckResult) -> Grade:
    """The grade with one more check in a question."""
    questions = [replace(q, checks=(*q.checks, check)) if q.id == question else q for q in grade.questions]
    return replace(grade, questions=tuple(questions))


@pytest.mark.parametrize("kind", [slip, perfect, syntax_error, nothing])
@pytest.mark.parametrize("scored", [True, False])
def test_losses_and_waiting_points_explain_the_whole_score(
    kind: Callable[[], SubmissionEvidence], scored: bool
) -> None:
    """Per question: points + lost + waiting = the most there is, exactly."""
    grade = grade_of(kind(), manual() if scored else ())
    losses = find_losses(grade, WORDS)
    for question in grade.questions:
        lost = sum(loss.hundredths for loss in losses if loss.question == question.id)
        waiting = round(100 * find_waiting(question)[1])
        assert round(100 * question.score) + lost + waiting == round(100 * question.max_score), question.id
    assert sum_points(losses) == sum(loss.points for loss in losses)


@pytest.mark.parametrize("kind", [slip, syntax_error, nothing])
def test_every_loss_has_a_reason_and_advice(kind: Callable[[], SubmissionEvidence]) -> None:
    """No line of the table is empty, and no placeholder is left."""
    for loss in find_losses(grade_of(kind(), manual()), WORDS):
        assert loss.reason.strip()
        assert loss.advice.strip()
        assert "{" not in loss.reason + loss.advice


def test_arithmetic_slip_costs_its_line_alone() -> None:
    """590,800 for 590,080: three points, both numbers said, the carried total costs nothing."""
    (lost,) = (loss for loss in find_losses(grade_of(slip()), WORDS) if loss.question == "q2")
    assert (lost.points, lost.check) == (3, "hand_conv5")
    assert "590,080" in lost.reason
    assert "590,800" in lost.reason


def test_human_comment_is_the_advice() -> None:
    """What a person wrote stands beside the points that they took."""
    (lost,) = (loss for loss in find_losses(grade_of(perfect(), manual(only=["separable_cons"])), WORDS))
    assert (lost.points, lost.by_human) == (3, True)
    assert lost.advice == "Two distinct cons; the third repeats the first in other words."


def test_what_follows_from_the_syntax_error_counts_to_it() -> None:
    """The first cause is what to mend, worth all that hangs on it, never "not judged because"."""
    first, *others = find_causes(find_losses(grade_of(syntax_error(), manual()), WORDS))
    assert first.reason.startswith("hw4.py:12: ")
    # Q2's own 8, Q3's own 3, and 12 points of Q2 that could not be judged.
    assert (first.hundredths, first.follows, first.points) == (1100, 1200, 23)
    assert not any("Not judged" in cause.reason for cause in others)


def test_causes_lose_no_point() -> None:
    """Together they are worth what was lost."""
    for kind in (slip, syntax_error, nothing):
        losses = find_losses(grade_of(kind(), manual()), WORDS)
        assert sum(cause.points for cause in find_causes(losses)) == pytest.approx(sum_points(losses))


def test_hidden_check_shows_points_and_nothing_else() -> None:
    """Neither its title nor its reason nor its numbers are anywhere in the loss, and it is no cause."""
    hidden = CheckResult(
        "secret_id",
        "The secret title.",
        Status.FAILED,
        1.0,
        2.5,
        Visibility.HIDDEN,
        Reason.HAND_WRONG,
        {"layer": "secret layer", "hand": 1, "code": 2},
        "secret expected",
        "secret actual",
    )
    losses = find_losses(with_check(grade_of(perfect()), "q2", hidden), WORDS)
    (lost,) = losses
    assert (lost.points, lost.hidden, lost.advice) == (1.5, True, "")
    assert "secret" not in lost.reason
    assert find_causes(losses) == ()


def test_waiting_points_are_no_loss() -> None:
    """A check that a human has to look at, and open rubric items, are listed as waiting."""
    grade = grade_of(perfect())
    assert find_losses(grade, WORDS) == ()
    titles, amount = find_waiting(grade.questions[0])
    assert amount == 50
    assert len(titles) == len(set(titles)) == 6
