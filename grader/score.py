"""Step two: from evidence to a grade. A pure function; no torch, no files, no clock.

Statuses: a check is passed with all its points. A question, and a submission,
is needs_review while points wait for a human, else passed from
`pass_share` of its points. A submission is error when nothing of it could be
collected. A human's points win over a check's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.assignment import Assignment
from grader.checks.given import find_files, given_to
from grader.checks.points import HUNDREDTHS, exact
from grader.checks.run import run_checks
from grader.claims.read import Claims
from grader.claims.truth import table_of
from grader.domain.assignment import AssignmentInfo, ManualScore, Question, RubricSpec
from grader.domain.evidence import (
    Essay,
    FilesPayload,
    NetworkPayload,
    SubmissionEvidence,
    TrainingPayload,
)
from grader.domain.measurement import AccuracyMeasurement, NetworkMeasurement, TrainingFacts
from grader.domain.result import CheckResult, Grade, HandRow, QuestionResult, RubricItem
from grader.domain.status import Status
from grader.excerpts import excerpt_of

Given = Mapping[str, object]
Manual = Mapping[str, ManualScore]

UNSANDBOXED = "unsandboxed"
"""The flag of a grade whose code ran without walls: nothing of it can be trusted."""

_WAITING = (Status.NEEDS_REVIEW, Status.ERROR)
_READABLE = frozenset({"python", "notebook", "toml", "markdown", "pdf"})


def score(assignment: Assignment, evidence: SubmissionEvidence, manual: Sequence[ManualScore] = ()) -> Grade:
    """Grade one submission. The same arguments always give the same grade."""
    info = assignment.info
    own = [each for each in manual if each.student_id == evidence.submission.student_id]
    given = {question.id: given_to(question.id, info, evidence) for question in info.questions}
    questions: list[QuestionResult] = []
    environment = _environment(evidence)
    flags = [*evidence.flags, *([UNSANDBOXED] if environment.get("jail") == "none" else [])]
    for question in info.questions:
        by_item = {each.item: each for each in own if each.question == question.id}
        result, raised = _question(question, assignment, given[question.id], by_item)
        questions.append(result)
        flags += raised
    total = _sum(result.score for result in questions)
    return Grade(
        assignment=info.slug,
        revision=info.revision,
        submission=evidence.submission,
        status=_submission_status(info, evidence, questions, total),
        score=total,
        max_score=_most(questions),
        pending=_sum(result.pending for result in questions),
        questions=tuple(questions),
        networks=_networks(info, evidence),
        accuracy=_accuracy(info, evidence),
        training=_training(info, evidence),
        claimed={question: dict(claims.claimed) for question, claims in _claims(given).items() if claims.claimed},
        hand=_hand(info, given),
        flags=tuple(dict.fromkeys(flags)),
        environment=environment,
        timings=_timings(evidence),
    )


def part_of(grade: Grade, questions: Sequence[str], info: AssignmentInfo) -> Grade:
    """The grade as if the assignment had these questions alone."""
    kept = tuple(result for result in grade.questions if result.id in questions)
    total, most = _sum(result.score for result in kept), _most(kept)
    status = grade.status
    if status is not Status.ERROR and not any(result.status in _WAITING for result in kept):
        status = Status.PASSED if _reaches(total, most, info.pass_share) else Status.FAILED
    pending = _sum(result.pending for result in kept)
    return replace(grade, questions=kept, score=total, max_score=most, pending=pending, status=status)


def _most(questions: Sequence[QuestionResult]) -> float:
    """Points to be had without bonus; where there is nothing but bonus, those of it."""
    counted = [result for result in questions if not result.bonus] or questions
    return _sum(result.max_score for result in counted)


def _question(
    question: Question, assignment: Assignment, given: Given, manual: Manual
) -> tuple[QuestionResult, tuple[str, ...]]:
    claims = given["claims"]
    beside = {"claims": claims.problems} if isinstance(claims, Claims) else {}
    run = run_checks(question.checks, assignment.checks, given, beside=beside)
    checks = tuple(_with_manual(check, manual.get(check.id)) for check in run.results)
    essay = given["essay"] if isinstance(given["essay"], Essay) and not given["essay"].empty else None
    about = {
        item.id: excerpt_of(item, question.id, assignment.info, essay) if essay else "" for item in question.rubric
    }
    rubric = tuple(_rubric(item, manual.get(item.id), about[item.id]) for item in question.rubric)
    by_human = [manual[check.id].points for check in checks if check.id in manual]
    by_human += [item.points for item in rubric if item.points is not None]
    auto = _sum(check.points for check in checks if check.id not in manual)
    open_checks = [c.max_points - c.points for c in checks if c.status in _WAITING and c.id not in manual]
    total = _sum([auto, *by_human])
    waits = any(item.points is None and item.max_points for item in rubric) or bool(open_checks)
    result = QuestionResult(
        id=question.id,
        title=question.title,
        score=total,
        max_score=question.points,
        status=_question_status(total, question, checks, waits=waits, share=assignment.info.pass_share),
        auto_score=auto,
        manual_score=_sum(by_human) if by_human else None,
        bonus=question.bonus,
        checks=checks,
        rubric=rubric,
        pending=_sum([*open_checks, *(item.max_points for item in rubric if item.points is None)]),
    )
    return result, run.flags


def _question_status(
    total: float, question: Question, checks: Sequence[CheckResult], *, waits: bool, share: float
) -> Status:
    if waits:
        return Status.NEEDS_REVIEW
    if checks and not question.rubric and all(check.status is Status.SKIPPED for check in checks):
        return Status.SKIPPED
    return Status.PASSED if _reaches(total, question.points, share) else Status.FAILED


def _submission_status(
    info: AssignmentInfo, evidence: SubmissionEvidence, questions: Sequence[QuestionResult], total: float
) -> Status:
    if _nothing_collected(info, evidence):
        return Status.ERROR
    if any(result.status in _WAITING for result in questions):
        return Status.NEEDS_REVIEW
    return Status.PASSED if _reaches(total, info.max_score, info.pass_share) else Status.FAILED


def _reaches(points: float, most: float, share: float) -> bool:
    return exact(points) >= exact(share) * exact(most)


def _nothing_collected(info: AssignmentInfo, evidence: SubmissionEvidence) -> bool:
    """True when there is no file that anybody could read, and no network either."""
    files = find_files(info, evidence)
    if isinstance(files, FilesPayload) and any(file.kind in _READABLE for file in files.files):
        return False
    return not any(payload.network for payload in _payloads(evidence).values())


def _with_manual(check: CheckResult, manual: ManualScore | None) -> CheckResult:
    """A human's points in place of the machine's; the machine's reason stays to be read."""
    if manual is None:
        return check
    status = Status.PASSED if manual.points >= check.max_points else Status.FAILED
    return replace(check, points=manual.points, status=status)


def _rubric(spec: RubricSpec, manual: ManualScore | None, excerpt: str) -> RubricItem:
    return RubricItem(
        id=spec.id,
        title=spec.title,
        max_points=spec.points,
        points=manual.points if manual else None,
        comment=manual.comment if manual else "",
        reviewer=manual.reviewer if manual else "",
        excerpt=excerpt,
    )


def _payloads(evidence: SubmissionEvidence) -> dict[str, NetworkPayload | TrainingPayload]:
    found = {name: probe.network or probe.training for name, probe in evidence.probes.items()}
    return {name: payload for name, payload in found.items() if payload is not None}


def _networks(info: AssignmentInfo, evidence: SubmissionEvidence) -> dict[str, NetworkMeasurement]:
    payloads = _payloads(evidence)
    of = {probe.question: payloads[probe.name].network for probe in info.probes if probe.name in payloads}
    return {question: network for question, network in of.items() if network is not None}


def _accuracy(info: AssignmentInfo, evidence: SubmissionEvidence) -> dict[str, AccuracyMeasurement]:
    found = {probe.question: _training_payload(evidence, probe.name) for probe in info.probes}
    return {question: payload.accuracy for question, payload in found.items() if payload and payload.accuracy}


def _training(info: AssignmentInfo, evidence: SubmissionEvidence) -> dict[str, TrainingFacts]:
    found = {probe.question: _training_payload(evidence, probe.name) for probe in info.probes}
    return {question: payload.training for question, payload in found.items() if payload and payload.training}


def _training_payload(evidence: SubmissionEvidence, name: str) -> TrainingPayload | None:
    probe = evidence.probes.get(name)
    return probe.training if probe else None


def _claims(given: Mapping[str, Given]) -> dict[str, Claims]:
    return {question: each["claims"] for question, each in given.items() if isinstance(each["claims"], Claims)}


def _hand(info: AssignmentInfo, given: Mapping[str, Given]) -> tuple[HandRow, ...]:
    """The hand calculation of the question whose expected values name architectures."""
    for question in info.questions:
        expected = given[question.id]["expected"]
        if not isinstance(expected, Mapping) or "architectures" not in expected:
            continue
        claims = given[question.id]["claims"]
        probe = next((p.name for p in info.probes if p.kind == "network" and p.question == question.id), "")
        payload = given[question.id].get(probe)
        network = payload.network if isinstance(payload, NetworkPayload) else None
        return table_of(claims if isinstance(claims, Claims) else Claims(), network, expected)
    return ()


def _environment(evidence: SubmissionEvidence) -> dict[str, str]:
    found: dict[str, str] = {}
    for probe in evidence.probes.values():
        found = {**probe.environment, **found}
    return found


def _timings(evidence: SubmissionEvidence) -> dict[str, float]:
    """Seconds of each probe, by clock and by processor."""
    usages = {name: probe.usage for name, probe in evidence.probes.items()}
    wall = {f"{name}_wall_s": usage.wall_s for name, usage in usages.items()}
    return wall | {f"{name}_cpu_s": usage.cpu_s for name, usage in usages.items()}


def _sum(points: Iterable[float]) -> float:
    """A sum without a binary float's error, in hundredths."""
    return round(sum((exact(each) for each in points), Fraction(0)) * HUNDREDTHS) / HUNDREDTHS
