"""Score is a pure function: points add up, humans win, and every status has its rule."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment, load_assignment
from grader.checks.declare import CheckFunction
from grader.domain.assignment import ManualScore
from grader.domain.evidence import Essay, FileFact, FilesPayload, NetworkPayload, SubmissionEvidence, TrainingPayload
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.score import part_of, score
from tests.hw4_evidence import ESSAY, FILES, accuracy, answers, evidence, network, training_facts

HW4 = load_assignment("hw4")
RUBRIC = {(q.id, item.id): item.points for q in HW4.info.questions for item in q.rubric}


def manual(item: str, points: float, question: str = "q1", student: str = "s1") -> ManualScore:
    """A line of review.csv."""
    return ManualScore(student, question, item, points, "Good.", "ta")


def all_manual(share: float = 1.0) -> list[ManualScore]:
    """Every rubric item, graded by a human."""
    return [manual(item, points * share, question) for (question, item), points in RUBRIC.items()]


def nothing() -> SubmissionEvidence:
    """A submission with a damaged archive and nothing else."""
    problem = Problem(Reason.NO_CODE)
    files = FilesPayload(
        (FileFact("a.zip", 1, "0" * 64, "archive"),), problems=(Problem(Reason.ARCHIVE_REFUSED, "a.zip"),)
    )
    return evidence(files=files, q2=NetworkPayload(problem=problem), q3=TrainingPayload(problem=problem))


def test_machine_points_stand_apart_from_those_that_wait() -> None:
    """Before a human has been there: 53 by checks, 52 of the rubric pending, needs_review."""
    grade = score(HW4, evidence())
    assert (grade.score, grade.pending, grade.max_score, grade.status) == (53, 52, 100, Status.NEEDS_REVIEW)
    q1, q2, q3 = grade.questions
    assert (q1.score, q1.pending, q1.manual_score, q1.status) == (0, 50, None, Status.NEEDS_REVIEW)
    assert (q2.score, q2.auto_score, q2.manual_score, q2.pending, q2.status) == (50, 50, None, 0, Status.PASSED)
    assert (q3.score, q3.pending, q3.bonus) == (3, 2, True)


def test_score_may_exceed_its_maximum_by_the_bonus() -> None:
    """Everything right is 105 of 100, and passed."""
    grade = score(HW4, evidence(), all_manual())
    assert (grade.score, grade.max_score, grade.pending, grade.status) == (105, 100, 0, Status.PASSED)


@pytest.mark.parametrize(("share", "status"), [(0.14, Status.PASSED), (0.13, Status.FAILED)])
def test_submission_passes_from_its_share_of_the_points(share: float, status: Status) -> None:
    """60 of 100 pass; 53 points by the machine need 7 more."""
    grade = score(HW4, evidence(), all_manual(share))
    assert (grade.status, grade.score >= 60) == (status, status is Status.PASSED)


def test_human_wins_over_a_check() -> None:
    """A human's points for a check replace the machine's; the machine's reason stays to be read."""
    broken = evidence(q2=NetworkPayload(problem=Problem(Reason.FORWARD_RAISED, "hw4.py", 3)))
    grade = score(HW4, broken, [manual("network_runs", 5.5, "q2"), manual("hand_conv1", 0, "q2")])
    checks = {check.id: check for check in grade.questions[1].checks}
    assert (checks["network_runs"].points, checks["network_runs"].status) == (5.5, Status.FAILED)
    assert checks["network_runs"].reason == Reason.FORWARD_RAISED
    assert (grade.questions[1].auto_score, grade.questions[1].manual_score) == (27, 5.5)
    assert grade.questions[1].score == 32.5


def test_human_decides_what_waited() -> None:
    """A check in needs_review is pending until a line for it is there."""
    untrained = TrainingPayload(None, network(), training_facts(), accuracy(untrained_accuracy=0.9))
    before = score(HW4, evidence(q3=untrained)).questions[2]
    after = score(HW4, evidence(q3=untrained), [manual("test_accuracy", 3, "q3")]).questions[2]
    assert (before.score, before.pending, after.score, after.pending) == (0, 5, 3, 2)
    assert after.checks[0].status is Status.PASSED


def test_lines_of_other_students_and_questions_change_nothing() -> None:
    """Only this student's lines for this question count."""
    others = [manual("regular_pros", 9, student="s2"), manual("regular_pros", 9, question="q2")]
    assert score(HW4, evidence(), others) == score(HW4, evidence())


def test_bug_in_a_check_waits_for_a_human() -> None:
    """A check that raises has status error, its question needs review, and its points are pending."""

    def raises(**_: object) -> Any:
        raise RuntimeError("ours")

    bad = CheckFunction("params_reported", "t", raises, ("claims",))
    assignment = Assignment(HW4.info, {**HW4.checks, "params_reported": bad}, HW4.folder)
    q2 = score(assignment, evidence()).questions[1]
    assert (q2.score, q2.pending, q2.status) == (46, 4, Status.NEEDS_REVIEW)
    assert next(check.status for check in q2.checks if check.id == "params_reported") is Status.ERROR


def test_submission_of_which_nothing_could_be_read_is_an_error() -> None:
    """Error, not failed: there was nothing to judge."""
    assert score(HW4, nothing()).status is Status.ERROR
    assert score(HW4, replace(nothing(), probes={})).status is Status.ERROR


def test_crash_is_not_an_error_while_files_can_be_read() -> None:
    """Code that never ran leaves an essay to be read by a human."""
    stopped = Problem(Reason.IMPORT_TIMEOUT, "hw4.py", 3, facts={"seconds": 8})
    assert score(HW4, evidence(q2=stopped, q3=stopped)).status is Status.NEEDS_REVIEW


def test_question_left_out_of_a_run_is_skipped() -> None:
    """--only q2 collects no training: q3's check says so and is not failed."""
    found = evidence()
    only = replace(found, probes={name: probe for name, probe in found.probes.items() if name != "training"})
    (check,) = score(HW4, only).questions[2].checks
    assert (check.status, check.reason) == (Status.SKIPPED, Reason.NOT_COLLECTED)


def test_untouched_starter_scores_nothing_with_reasons() -> None:
    """The starter as it was: 0 automatic points, and a reason at each check that failed."""
    import tomllib

    raised = Problem(Reason.FORWARD_RAISED, "hw4.py", 45, facts={"error": "NotImplementedError", "detail": "connect"})
    files = FilesPayload(
        FILES, answers=tomllib.loads(HW4.info.starter["answers.toml"]), essay=Essay("essay.md", "", 0, True)
    )
    grade = score(HW4, evidence(files=files, q2=NetworkPayload(problem=raised), q3=TrainingPayload(problem=raised)))
    checks = [check for question in grade.questions for check in question.checks]
    assert (grade.score, {check.status for check in checks}) == (0, {Status.FAILED, Status.SKIPPED})
    assert all(check.reason for check in checks)
    assert not any(note for check in checks for note in check.notes)


def test_grade_carries_what_the_report_prints() -> None:
    """Networks, accuracy, training, claims, hand rows, environment and times, by question."""
    grade = score(HW4, evidence())
    assert set(grade.networks) == {"q2", "q3"} and set(grade.accuracy) == {"q3"} == set(grade.training)
    assert grade.claimed == {"q3": {"accuracy": 0.99}}
    assert (len(grade.hand), grade.hand[-1].is_total) == (9, True)
    assert grade.environment == {"torch": "2"}
    assert set(grade.timings) == {f"{p}_{unit}_s" for p in ("files", "network", "training") for unit in ("wall", "cpu")}
    assert (grade.assignment, grade.revision) == ("hw4", HW4.info.revision)


def _excerpts(essay: Essay) -> dict[str, str]:
    q1, _, q3 = score(HW4, evidence(files=FilesPayload(FILES, answers={}, essay=essay))).questions
    return {item.id: item.excerpt for item in (*q1.rubric, *q3.rubric)}


def test_rubric_items_show_the_part_of_the_essay_they_are_about() -> None:
    """The text under the item's heading, or under the more general one."""
    parts = {"Q1 Main reason": "Budget.", "Regular convolution": "Dense.", "Q3 Summary": "LeNet."}
    excerpts = _excerpts(replace(ESSAY, text="All of it.", answers=parts))
    assert excerpts["main_reason"] == "Budget."
    assert excerpts["regular_pros"] == excerpts["regular_cons"] == "Dense."
    assert excerpts["summary"] == "LeNet."


def test_what_stands_under_no_heading_is_looked_for_in_the_question_s_own_parts() -> None:
    """A Q1 item without its heading may be answered anywhere in Q1, never in Q3's part, and the other way round."""
    parts = {"HW4": "Budget.\n\nLeNet.", "Q1 Main reason": "Budget.", "Q3 Summary": "LeNet.", "My notes": "Note."}
    excerpts = _excerpts(replace(ESSAY, text="All of it.", answers=parts))
    assert excerpts["regular_pros"] == "Budget.\n\nNote."
    assert excerpts["images"] == "LeNet.\n\nNote."


def test_a_heading_left_empty_shows_nothing_of_other_answers() -> None:
    """The starter's headings stand; one of them has no text."""
    parts = {"Q1 Main reason": "Budget.", "Q3 Images": "", "Q3 Summary": "LeNet."}
    assert _excerpts(replace(ESSAY, text="All of it.", answers=parts))["images"] == ""


@pytest.mark.parametrize("heading", ["Q1", "q1. My answer", "Question 1", "第1題", "문제 1"])
def test_a_numbered_heading_belongs_to_its_question(heading: str) -> None:
    """One long answer under Q1 is shown beside every item of Q1 and none of Q3."""
    excerpts = _excerpts(replace(ESSAY, text="All of it.", answers={heading: "All of it."}))
    assert excerpts["main_reason"] == excerpts["regular_pros"] == "All of it."
    assert excerpts["images"] == excerpts["summary"] == ""


def test_an_essay_without_the_headings_is_shown_whole() -> None:
    """A student who wrote in their own form is read in it."""
    excerpts = _excerpts(replace(ESSAY, text="All of it.", answers={"Essay": "All of it."}))
    assert set(excerpts.values()) == {"All of it."}


@pytest.mark.parametrize("seed", range(5))
def test_order_of_answers_and_probes_changes_no_points(seed: int) -> None:
    """Permuted rows and probes give the same grade."""
    given = answers(network())
    rows = list(given["q2"]["hand"].items())
    random.Random(seed).shuffle(rows)
    given["q2"]["hand"] = dict(rows)
    found = evidence(given=given)
    probes = list(found.probes.items())
    random.Random(seed).shuffle(probes)
    assert score(HW4, replace(found, probes=dict(probes))) == score(HW4, evidence())


values = (
    st.text("0123456789 x*^+=.MGfFlops,²", max_size=25)
    | st.integers(-5, 10**12)
    | st.floats()
    | st.booleans()
    | st.none()
)
tables = st.dictionaries(
    st.sampled_from(["conv1", "conv5", "fc1", "total", "params", "flops", "label", "accuracy"]), values
)
manuals = st.lists(
    st.sampled_from([*RUBRIC.items()]).flatmap(
        lambda item: st.integers(0, int(item[1] * 4)).map(lambda quarter: manual(item[0][1], quarter / 4, item[0][0]))
    ),
    max_size=8,
)


def consistent(grade: Grade) -> None:
    """What holds of every grade."""
    assert grade.score == pytest.approx(sum(question.score for question in grade.questions), abs=1e-9)
    for question in grade.questions:
        assert question.score == pytest.approx(question.auto_score + (question.manual_score or 0), abs=1e-9)
        assert 0 <= question.score <= question.max_score + 1e-9
        assert 0 <= question.pending <= question.max_score - question.score + 1e-9
        had = sum(check.max_points for check in question.checks) + sum(item.max_points for item in question.rubric)
        assert had == pytest.approx(question.max_score, abs=1e-9)
        for check in question.checks:
            assert 0 <= check.points <= check.max_points
            assert check.status is not Status.PASSED or check.points == check.max_points


@settings(deadline=None, max_examples=150)
@given(
    hand=tables, reported=tables, claimed=tables, lines=manuals, correct=st.integers(0, 10_000), broken=st.booleans()
)
def test_every_grade_adds_up(
    hand: dict[str, Any],
    reported: dict[str, Any],
    claimed: dict[str, Any],
    lines: list[ManualScore],
    correct: int,
    broken: bool,
) -> None:
    """Whatever stands in the answers: points add up, stay within 0 and the maximum, and nothing raises."""
    given = answers(network())
    given["q2"]["hand"] |= hand
    given["q2"]["reported"] |= reported
    given["q3"]["claimed"] |= claimed
    problem = Problem(Reason.FORWARD_RAISED) if broken else None
    q2 = NetworkPayload(problem=problem) if broken else None
    q3 = TrainingPayload(None, network(), training_facts(), accuracy(correct))
    consistent(score(HW4, evidence(given=given, q2=q2, q3=q3), lines))


def test_part_of_a_grade_counts_its_questions_alone() -> None:
    """What --only q2 shows: 50 points to be had, nothing of the essay waiting."""
    whole = score(HW4, evidence())
    part = part_of(whole, ["q2"], HW4.info)
    assert (part.max_score, part.pending) == (50, 0)
    assert part.score == whole.questions[1].score and part.status is Status.PASSED
    assert part_of(whole, ["q3"], HW4.info).max_score == 5
