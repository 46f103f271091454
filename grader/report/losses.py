"""Where the points went: every lost point with its cause, and every point that still waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.domain.reason import Reason
from grader.domain.result import CheckResult, Grade, QuestionResult, RubricItem
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue
from grader.report.numbers import points
from grader.report.safe_text import safe_line

_WAITING = (Status.NEEDS_REVIEW, Status.ERROR)
_MOST_COMMENT = 600


@dataclass(frozen=True)
class Loss:
    """Points of one question that went for one cause. `hundredths` keeps sums exact."""

    question: str
    bonus: bool
    hundredths: int
    reason: str
    advice: str
    step: str = ""
    """What to do about it, readable alone; empty when nothing can be said."""
    count: int = 1
    hidden: bool = False
    by_human: bool = False
    check: str = ""
    """The check that took them; empty for a human's."""
    after: str = ""
    """The check of the same question that has to hold first, where this one was not judged for it."""

    @property
    def points(self) -> float:
        """The lost points."""
        return self.hundredths / 100


@dataclass(frozen=True)
class Cause:
    """One thing to mend, with everything it cost. `follows` is for what was not judged because of it."""

    reason: str
    advice: str
    step: str
    by_human: bool = False
    hundredths: int = 0
    follows: int = 0

    @property
    def points(self) -> float:
        """What mending it may give back."""
        return (self.hundredths + self.follows) / 100


def find_losses(grade: Grade, catalogue: Catalogue) -> tuple[Loss, ...]:
    """Every lost point, one entry for each question and cause, in the order of the questions."""
    merged: dict[tuple[str, str, str], Loss] = {}
    for question in grade.questions:
        for loss in _losses(question, catalogue):
            key = (loss.question, loss.reason, loss.advice)
            known = merged.get(key)
            merged[key] = loss if known is None else _together(known, loss)
    return tuple(merged.values())


def _together(one: Loss, other: Loss) -> Loss:
    return replace(one, hundredths=one.hundredths + other.hundredths, count=one.count + other.count)


def _losses(question: QuestionResult, catalogue: Catalogue) -> Iterator[Loss]:
    for check in question.checks:
        amount = _hundredths(check.max_points - check.points)
        if amount > 0 and check.status not in _WAITING:
            hidden = check.visibility is Visibility.HIDDEN
            reason, advice = (catalogue.text("lost.hidden"), "") if hidden else _cause(check, catalogue)
            step = advice if check.reason else ""
            after = str(check.facts.get("check", "")) if check.reason == Reason.PREREQUISITE else ""
            yield Loss(
                question.id, question.bonus, amount, reason, advice, step, hidden=hidden, check=check.id, after=after
            )
    for item in question.rubric:
        if item.points is not None and (amount := _hundredths(item.max_points - item.points)) > 0:
            yield Loss(question.id, question.bonus, amount, *_by_human(item, catalogue), by_human=True)


def _cause(check: CheckResult, catalogue: Catalogue) -> tuple[str, str]:
    if not check.reason:
        return check.title, catalogue.text("lost.by_human")
    sentence = catalogue.sentence(check.reason, check.facts)
    return catalogue.placed(sentence, check.file, check.line), catalogue.advice(check.reason, check.facts)


def _by_human(item: RubricItem, catalogue: Catalogue) -> tuple[str, str, str]:
    got, most = points(item.points or 0.0), points(item.max_points)
    reason = catalogue.text("lost.human", title=item.title, got=got, most=most)
    comment = safe_line(item.comment, _MOST_COMMENT)
    if not comment:
        return reason, catalogue.text("lost.by_human"), ""
    return reason, comment, catalogue.text("step.human", title=item.title, comment=comment)


def find_causes(losses: Sequence[Loss]) -> tuple[Cause, ...]:
    """What to mend, the most worth first; of equal ones first what a student can mend without asking.

    What was not judged because of something else counts there. Hidden checks say nothing.
    """
    roots = {(loss.question, loss.check): loss for loss in losses if loss.check}
    found: dict[tuple[str, str], Cause] = {}
    for loss in losses:
        root = roots.get((loss.question, loss.after), loss)
        if root.hidden or loss.hidden:
            continue
        known = found.get((root.reason, root.advice), Cause(root.reason, root.advice, root.step, root.by_human))
        own, follows = (loss.hundredths, 0) if root is loss else (0, loss.hundredths)
        found[root.reason, root.advice] = replace(
            known, hundredths=known.hundredths + own, follows=known.follows + follows
        )
    return tuple(sorted(found.values(), key=lambda cause: (-cause.points, cause.by_human)))


def find_waiting(question: QuestionResult) -> tuple[tuple[str, ...], float]:
    """What of a question waits for a human, by title, and how many points that is."""
    items = [item.title for item in question.rubric if item.points is None and item.max_points]
    checks = [check.title.rstrip(".") for check in question.checks if _is_open(check)]
    return tuple(dict.fromkeys([*checks, *items])), question.pending


def _is_open(check: CheckResult) -> bool:
    return check.status in _WAITING and _hundredths(check.max_points - check.points) > 0


def sum_points(losses: Sequence[Loss]) -> float:
    """The lost points together, exact in hundredths."""
    return sum(loss.hundredths for loss in losses) / 100


def _hundredths(points: float) -> int:
    return round(points * 100)
