"""The few lines that a student reads first: what works, what to mend, what to try then, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.result import Grade
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue
from grader.report.losses import Cause, Loss, find_causes
from grader.report.material import Material
from grader.report.numbers import count, percent, points
from grader.report.page_types import Step
from grader.report.rows import is_row
from grader.report.safe_text import safe_line

_MOST_WORKS = 3
_MOST_STEPS = 4
_ASKS_NOTHING = frozenset(
    {
        Reason.REPORTED_CONVENTION,
        Reason.ARCHITECTURE_NAMED,
        Reason.TOTAL_CARRIED,
        Reason.HELD_OUT_SPLIT,
        Reason.WAITS_FOR_HUMAN,
        Reason.CHECK_BROKEN,
        Reason.NOT_COLLECTED,
        Reason.NO_WORKERS,
    }
)
"""Notes that tell something and ask for nothing."""


def what_works(material: Material) -> tuple[str, ...]:
    """The most that can be said in the submission's favour, with its numbers."""
    return tuple(_works(material))[:_MOST_WORKS] or (material.catalogue.text("box.nothing_works"),)


def _works(material: Material) -> Iterator[str]:
    grade, catalogue = material.grade, material.catalogue
    public = [c for q in grade.questions for c in q.checks if c.visibility is Visibility.PUBLIC and c.max_points]
    passed = [check for check in public if check.status is Status.PASSED]
    rows = [check for check in public if is_row(check)]
    right = [check for check in rows if check.status is Status.PASSED]
    ranked = sorted((c for c in passed if not is_row(c)), key=lambda check: -check.max_points)
    accuracy = next(iter(grade.accuracy.values()), None)
    scored = any(check.id == "test_accuracy" for check in passed)
    yield from (check.title for check in ranked[:1] if check.id != "test_accuracy")
    if right:
        key = "box.rows_all" if len(right) == len(rows) else "box.rows"
        yield catalogue.text(key, right=len(right), all=len(rows))
    if accuracy and scored:
        facts = {
            "share": percent(accuracy.accuracy),
            "n": count(accuracy.n),
            "dataset": safe_line(accuracy.dataset, 40),
        }
        yield catalogue.text("box.accuracy", **facts)
    yield from (check.title for check in ranked[1:] if check.id != "test_accuracy")
    yield from (
        catalogue.text("box.rubric", title=i.title)
        for q in grade.questions
        for i in q.rubric
        if _is_full(i.points, i.max_points)
    )


def _is_full(given: float | None, most: float) -> bool:
    return given is not None and most > 0 and given >= most


def fix_first(losses: Sequence[Loss], catalogue: Catalogue) -> tuple[str, ...]:
    """The cause that cost most, and what to do about it."""
    heaviest = next(iter(find_causes(losses)), None)
    if heaviest is None:
        return (catalogue.text("box.nothing_to_fix"),)
    return tuple(filter(None, (heaviest.reason, heaviest.advice)))


def then_try(grade: Grade, losses: Sequence[Loss], catalogue: Catalogue) -> tuple[str, ...]:
    """What costs no points and is worth doing; else the second cause."""
    notes = [f"{catalogue.problem(n)} {catalogue.advice(n.reason, n.facts)}".strip() for n in _notes(grade)]
    second = [cause.step or cause.reason for cause in find_causes(losses)[1:2]]
    return (*notes, *second, catalogue.text("box.nothing_to_try"))[:1]


def _notes(grade: Grade) -> Iterator[Problem]:
    for question in grade.questions:
        for check in question.checks:
            if check.visibility is Visibility.PUBLIC:
                yield from (note for note in check.notes if note.reason not in _ASKS_NOTHING)


def next_steps(grade: Grade, losses: Sequence[Loss], catalogue: Catalogue) -> tuple[Step, ...]:
    """What to do, the most worth first, then what is worth no points."""
    worth: dict[str, list[Cause]] = {}
    for cause in find_causes(losses):
        if cause.step:
            worth.setdefault(cause.step, []).append(cause)
    ranked = sorted(worth.items(), key=lambda found: -sum(cause.points for cause in found[1]))
    steps = [Step(action, _worth(causes, catalogue)) for action, causes in ranked]
    known = {step.action for step in steps}
    free = dict.fromkeys(catalogue.advice(note.reason, note.facts) for note in _notes(grade))
    steps += [Step(advice, catalogue.text("step.free")) for advice in free if advice and advice not in known]
    return tuple(steps[:_MOST_STEPS])


def _worth(causes: Sequence[Cause], catalogue: Catalogue) -> str:
    amount = points(round(sum(cause.points for cause in causes), 2))
    key = "step.worth_up_to" if any(cause.follows for cause in causes) else "step.worth"
    return catalogue.text(key, points=amount)
