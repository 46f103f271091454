"""What a check answers: passed, failed, partly right, or a question for a human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Self

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.domain.status import Status


@dataclass(frozen=True)
class Verdict:
    """A check's answer as data. `fraction` of the points is earned at once; `withheld` points wait for a human."""

    status: Status
    fraction: Fraction
    reason: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    expected: str | None = None
    actual: str | None = None
    file: str | None = None
    line: int | None = None
    notes: tuple[Problem, ...] = ()
    flags: tuple[str, ...] = ()
    withheld: bool = False

    def noting(self, *notes: Problem) -> Self:
        """The same answer with more to say beside it; notes cost nothing."""
        return replace(self, notes=(*self.notes, *notes))

    def flagged(self, *flags: str) -> Self:
        """The same answer with flags for the instructor's list."""
        return replace(self, flags=(*self.flags, *flags))

    def at(self, file: str | None, line: int | None) -> Self:
        """The same answer with its place in the student's files."""
        return replace(self, file=file, line=line)


@dataclass(frozen=True)
class Part:
    """One of several results of a check, which share its points equally. Its id is `hand_conv1` for a name conv1."""

    name: str
    verdict: Verdict


Answer = Verdict | Sequence[Part]


def passed(*, expected: object = None, actual: object = None, **facts: Fact) -> Verdict:
    """All points."""
    return Verdict(Status.PASSED, Fraction(1), "", facts, text_of(expected), text_of(actual))


def failed(reason: Reason, *, expected: object = None, actual: object = None, **facts: Fact) -> Verdict:
    """No points, for a reason the student can mend."""
    return Verdict(Status.FAILED, Fraction(0), reason, facts, text_of(expected), text_of(actual))


def failed_by(problem: Problem) -> Verdict:
    """No points, because of a problem found earlier, with its place."""
    return Verdict(Status.FAILED, Fraction(0), problem.reason, dict(problem.facts)).at(problem.file, problem.line)


def partial(
    fraction: Fraction | float, reason: Reason, *, expected: object = None, actual: object = None, **facts: Fact
) -> Verdict:
    """Some of the points; the status is failed, because something is still to be mended."""
    share = min(max(Fraction(fraction), Fraction(0)), Fraction(1))
    return Verdict(Status.FAILED, share, reason, facts, text_of(expected), text_of(actual))


def needs_review(reason: str, *, provisional: Verdict | None = None, **facts: Fact) -> Verdict:
    """A question for a human: all points wait, or those of a `provisional` answer are earned until then."""
    if provisional is None:
        return Verdict(Status.NEEDS_REVIEW, Fraction(0), reason, facts, withheld=True)
    # What the answer itself has to say stays, beside the reason why a human looks at it.
    said = (Problem(provisional.reason, facts=dict(provisional.facts)),) if provisional.reason else ()
    notes = (*provisional.notes, *said)
    return replace(provisional, status=Status.NEEDS_REVIEW, reason=reason, facts=dict(facts), notes=notes)


def text_of(value: object) -> str | None:
    """A short value as it is printed: whole numbers with separators, shapes as 1×1000."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple | list):
        return "×".join(str(item) for item in value)
    return str(value)
