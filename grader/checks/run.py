"""Calls the checks of one question with the evidence they name, and turns their answers into results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.checks.declare import CheckFunction
from grader.checks.points import HUNDREDTHS, earned, exact
from grader.checks.verdict import Part, Verdict, needs_review
from grader.domain.assignment import CheckSpec
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.result import CheckResult
from grader.domain.status import Status, Visibility


@dataclass(frozen=True)
class Missing:
    """Evidence that is not there: why, and what that makes of the check that wants it first."""

    problem: Problem
    status: Status = Status.FAILED
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class CheckRun:
    """The results of a question's checks, and the flags they raised."""

    results: tuple[CheckResult, ...]
    flags: tuple[str, ...] = ()


@dataclass
class _Course:
    """How far a question has got: which checks hold, which missing evidence was charged to which, what was said."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    charged: list[tuple[Problem, CheckSpec]] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    def charged_to(self, problem: Problem, spec: CheckSpec) -> str | None:
        """The check that already failed for this problem; a public one never hangs on a hidden one."""
        return next((by.id for other, by in self.charged if other == problem and _may_name(spec, by)), None)


def run_checks(
    specs: Sequence[CheckSpec],
    functions: Mapping[str, CheckFunction],
    given: Mapping[str, object],
    *,
    beside: Mapping[str, Sequence[Problem]] | None = None,
) -> CheckRun:
    """Run the checks in order. One broken thing gives one failed check; what needs it too is skipped.

    `beside` are notes about a piece of evidence; the first check that wants it carries them.
    """
    course = _Course()
    results: list[CheckResult] = []
    flags: list[str] = []
    for spec in specs:
        function = functions[spec.id]
        requires = tuple(dict.fromkeys((*function.requires, *spec.requires)))
        parts = _without_call(spec, functions, requires, given, course) or _called(function, given)
        if spec.visibility is Visibility.PUBLIC:
            parts = _noting(parts, function, beside or {}, course)
        course.verdicts[spec.id] = _together([part.verdict for part in parts])
        flags += [flag for part in parts for flag in part.verdict.flags]
        results += _results(spec, function, requires, parts)
    return CheckRun(tuple(results), tuple(dict.fromkeys(flags)))


def _may_name(one: CheckSpec, other: CheckSpec) -> bool:
    return other.visibility is Visibility.PUBLIC or one.visibility is Visibility.HIDDEN


def _without_call(
    spec: CheckSpec,
    functions: Mapping[str, CheckFunction],
    requires: Sequence[str],
    given: Mapping[str, object],
    course: _Course,
) -> list[Part]:
    """The answer that stands before the check is called; empty when it can be called."""
    function = functions[spec.id]
    for name in requires:
        before = course.verdicts.get(name)
        if before is None or before.withheld or before.status not in (Status.PASSED, Status.NEEDS_REVIEW):
            return [Part("", _held_up(functions[name], before))]
    for name in function.wants:
        missing = given[name]
        if not isinstance(missing, Missing):
            continue
        # A check can do without what was not handed in, but not without what this run left out.
        if name in function.optional and missing.status is not Status.SKIPPED:
            continue
        earlier = course.charged_to(missing.problem, spec)
        if earlier is not None:
            return [Part("", _held_up(functions[earlier], course.verdicts[earlier]))]
        course.charged.append((missing.problem, spec))
        return [Part("", _first_hit(missing))]
    return []


def _noting(
    parts: list[Part], function: CheckFunction, beside: Mapping[str, Sequence[Problem]], course: _Course
) -> list[Part]:
    """The answer with the notes about the evidence that it is the first to want."""
    new = [name for name in function.wants if name in beside and name not in course.said]
    course.said.update(new)
    notes = [note for name in new for note in beside[name]]
    return [replace(parts[0], verdict=parts[0].verdict.noting(*notes)), *parts[1:]] if notes else parts


def _held_up(by: CheckFunction, before: Verdict | None) -> Verdict:
    """A check that cannot be judged: it waits with one that waits for a human, else it is skipped."""
    if before is not None and before.withheld:
        return needs_review(Reason.WAITS_FOR_HUMAN, check=by.id)
    if before is not None and before.reason == Reason.PREREQUISITE:
        # Name what is wrong, not what waits for it too.
        return Verdict(Status.SKIPPED, Fraction(0), Reason.PREREQUISITE, before.facts)
    return Verdict(Status.SKIPPED, Fraction(0), Reason.PREREQUISITE, {"check": by.id, "title": _title(by.title, "")})


def _first_hit(missing: Missing) -> Verdict:
    problem = missing.problem
    verdict = Verdict(
        missing.status,
        Fraction(0),
        problem.reason,
        dict(problem.facts),
        notes=missing.notes,
        withheld=missing.status is Status.NEEDS_REVIEW,
    )
    return verdict.at(problem.file, problem.line)


def _called(function: CheckFunction, given: Mapping[str, object]) -> list[Part]:
    """The check's own answer; a check that raises is a bug of ours and costs nobody points unseen."""
    arguments = {name: None if isinstance(given[name], Missing) else given[name] for name in function.wants}
    try:
        answer = function.call(**arguments)
    except Exception as error:
        return [Part("", _broken(function.id, f"{type(error).__name__}: {error}"[:200]))]
    if isinstance(answer, Verdict):
        return [Part("", answer)]
    parts = list(answer)
    if not parts or len({part.name for part in parts}) != len(parts):
        return [Part("", _broken(function.id, "no parts, or two of one name"))]
    return parts


def _broken(name: str, error: str) -> Verdict:
    facts = {"check": name, "error": error}
    return Verdict(Status.ERROR, Fraction(0), Reason.CHECK_BROKEN, dict(facts), withheld=True)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """What a check with several parts counts as where another check requires it."""
    order = (Status.ERROR, Status.FAILED, Status.NEEDS_REVIEW, Status.SKIPPED, Status.PASSED)
    return min(verdicts, key=lambda verdict: order.index(verdict.status))


def _results(
    spec: CheckSpec, function: CheckFunction, requires: tuple[str, ...], parts: Sequence[Part]
) -> list[CheckResult]:
    points, most = earned(exact(spec.points), [part.verdict.fraction for part in parts])
    return [
        CheckResult(
            id=f"{_stem(spec.id)}_{part.name}" if part.name else spec.id,
            title=_title(function.title, part.name),
            status=part.verdict.status,
            points=points[index] / HUNDREDTHS,
            max_points=most[index] / HUNDREDTHS,
            visibility=spec.visibility,
            reason=str(part.verdict.reason),
            facts=_facts(part.verdict),
            expected=part.verdict.expected,
            actual=part.verdict.actual,
            file=part.verdict.file,
            line=part.verdict.line,
            notes=part.verdict.notes,
            requires=requires,
        )
        for index, part in enumerate(parts)
    ]


def _title(title: str, part: str) -> str:
    """The docstring's line: words in braces stand for all parts, and give way to the name of one."""
    return re.sub(r"\{([^}]*)\}", lambda found: part or found[1], title)


def _stem(check_id: str) -> str:
    """hand for hand_rows: the parts of a check are named for its first word."""
    return check_id.partition("_")[0]


def _facts(verdict: Verdict) -> dict[str, str | int | float | bool | None | list[str] | list[int]]:
    """The facts of the sentence, expected and actual among them, where there are any."""
    sides = {"expected": verdict.expected, "actual": verdict.actual}
    return {**verdict.facts, **{name: value for name, value in sides.items() if value is not None}}
