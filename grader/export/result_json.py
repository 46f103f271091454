"""result.json and the full record, schema grader/result/v1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from grader.domain.evidence import SubmissionEvidence
from grader.domain.measurement import AccuracyMeasurement, NetworkMeasurement
from grader.domain.problem import Problem
from grader.domain.result import RESULT_SCHEMA, CheckResult, Grade, QuestionResult
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue


def result_object(
    grade: Grade, evidence: SubmissionEvidence, catalogue: Catalogue, *, full: bool = False
) -> dict[str, Any]:
    """The result as plain data. Without `full` it is safe to return: hidden checks only as count and points."""
    submission = grade.submission
    found: dict[str, Any] = {
        "schema": RESULT_SCHEMA,
        "assignment": {"slug": grade.assignment, "revision": grade.revision},
        "student": {"id": submission.student_id, "name": submission.name},
        "submission": {"sha256": submission.sha256, "files": _files(evidence)},
        "status": grade.status.value,
        "score": grade.score,
        "max_score": grade.max_score,
        "pending": grade.pending,
        "questions": [_question(question, catalogue, full) for question in grade.questions],
        "measurements": {
            "models": {key: network_object(network, catalogue) for key, network in grade.networks.items()},
            "accuracy": {
                key: _accuracy(accuracy, grade.claimed.get(key, {}), full) for key, accuracy in grade.accuracy.items()
            },
        },
        "flags": list(grade.flags) if full else [],
        "environment": dict(grade.environment),
        "jail": {"level": grade.environment.get("jail", "")},
        "timings": dict(grade.timings),
    }
    if full:
        found["submission"]["source"] = submission.source
        found["log"] = {name: probe.log for name, probe in evidence.probes.items() if probe.log}
        found["evidence"] = {name: probe.key for name, probe in evidence.probes.items()}
    return found


def _files(evidence: SubmissionEvidence) -> list[dict[str, Any]]:
    files = next((p.files.files for p in evidence.probes.values() if p.files is not None), ())
    return [asdict(file) for file in files]


def _question(question: QuestionResult, catalogue: Catalogue, full: bool) -> dict[str, Any]:
    shown = [c for c in question.checks if full or c.visibility is Visibility.PUBLIC]
    found: dict[str, Any] = {
        "id": question.id,
        "title": question.title,
        "score": question.score,
        "max_score": question.max_score,
        "status": question.status.value,
        "auto_score": question.auto_score,
        "manual_score": question.manual_score,
        "pending": question.pending,
        "bonus": question.bonus,
        "checks": [_check(check, catalogue) for check in shown],
        "rubric": [
            {key: value for key, value in asdict(item).items() if full or key not in ("excerpt", "reviewer")}
            for item in question.rubric
        ],
    }
    hidden = [c for c in question.checks if c.visibility is Visibility.HIDDEN]
    if hidden and not full:
        found["hidden"] = {
            "count": len(hidden),
            "passed": sum(check.status is Status.PASSED for check in hidden),
            "points": sum(check.points for check in hidden),
            "max_points": sum(check.max_points for check in hidden),
        }
    return found


def _check(check: CheckResult, catalogue: Catalogue) -> dict[str, Any]:
    lost = check.reason != "" and check.status is not Status.PASSED
    sentence = catalogue.sentence(check.reason, check.facts) if lost else ""
    return {
        "id": check.id,
        "title": check.title,
        "status": check.status.value,
        "reason": check.reason,
        "points": check.points,
        "max_points": check.max_points,
        "visibility": check.visibility.value,
        "expected": check.expected,
        "actual": check.actual,
        "file": check.file,
        "line": check.line,
        "rationale": catalogue.placed(sentence, check.file, check.line) if sentence else "",
        "help": catalogue.advice(check.reason, check.facts) if lost else "",
        "notes": [catalogue.problem(note) for note in check.notes],
    }


def network_object(network: NetworkMeasurement, catalogue: Catalogue) -> dict[str, Any]:
    """A measured network with the words of its diagnostics."""
    found = asdict(network)
    found["class"] = found.pop("class_name")
    found["diagnostics"] = [problem_object(problem, catalogue) for problem in network.diagnostics]
    return found


def problem_object(problem: Problem, catalogue: Catalogue) -> dict[str, Any]:
    """A problem with its words."""
    return {
        "file": problem.file,
        "line": problem.line,
        "reason": problem.reason,
        "message": catalogue.sentence(problem.reason, problem.facts),
        "help": catalogue.advice(problem.reason, problem.facts),
    }


def _accuracy(accuracy: AccuracyMeasurement, claimed: Mapping[str, float], full: bool) -> dict[str, Any]:
    found = asdict(accuracy)
    if not full:
        # Positions in the test set are of no use to a student and of some to a forger.
        found["mistakes"] = [
            {key: mistake[key] for key in ("truth", "predicted", "confidence")} for mistake in found["mistakes"]
        ]
    found["claimed"] = dict(claimed) or None
    return found
