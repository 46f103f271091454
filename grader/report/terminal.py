"""The report as lines for a terminal: the same words as on the page."""

from __future__ import annotations

import textwrap

from grader.domain.assignment import AssignmentInfo
from grader.domain.result import CheckResult, Grade, QuestionResult
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue
from grader.report.numbers import points
from grader.report.sections import check_line, shown_checks

_COLOURS = {"passed": "32", "failed": "31", "needs_review": "33", "error": "35", "skipped": "2"}


def heading_lines(info: AssignmentInfo, catalogue: Catalogue, *, color: bool = False) -> list[str]:
    """What is checked."""
    return [_painted(catalogue.text("terminal.title", assignment=info.slug.upper(), title=info.title), "1", color)]


def question_lines(
    question: QuestionResult, catalogue: Catalogue, *, width: int = 96, color: bool = False
) -> list[str]:
    """One question: its score, then each check with what is wrong and what to try."""
    title = catalogue.text("terminal.question", name=question.id.upper(), title=question.title)
    score = catalogue.text("terminal.score", score=points(question.score), most=points(question.max_score))
    if question.pending:
        score += ", " + catalogue.text("terminal.waiting", points=points(question.pending))
    lines = ["", _painted(f"{title}  {score}", "1", color)]
    checks = list(shown_checks(question, catalogue))
    for check in checks:
        lines += _check_lines(check, catalogue, width, color=color)
    if any(check.status is Status.SKIPPED for check in checks):
        lines += _wrapped(catalogue.text("terminal.skipped"), width)
    return lines


def _check_lines(check: CheckResult, catalogue: Catalogue, width: int, *, color: bool) -> list[str]:
    """One check; what only waits for another has nothing to say of its own."""
    shown = check_line(check, catalogue)
    lines = [_painted(f"  {shown.mark:<14} {shown.points:>9}  {shown.title}", _COLOURS[shown.status], color)]
    if check.status is Status.SKIPPED:
        return lines
    hint = catalogue.text("terminal.hint", advice=shown.help) if shown.help else ""
    for text in (shown.rationale, hint, *shown.notes):
        lines += _wrapped(text, width)
    return lines


def closing_lines(grade: Grade, catalogue: Catalogue, *, walls: bool = True, color: bool = False) -> list[str]:
    """The total, and that this is no grade."""
    total = catalogue.text("terminal.score", score=points(grade.score), most=points(grade.max_score))
    if grade.pending:
        total += ", " + catalogue.text("terminal.waiting", points=points(grade.pending))
    last = catalogue.text("terminal.self_check" if walls else "terminal.no_walls")
    return ["", _painted(f"{catalogue.text('terminal.total')}  {total}", "1", color), last]


def terminal_report(grade: Grade, catalogue: Catalogue, *, width: int = 96, color: bool = False) -> str:
    """The whole report."""
    lines: list[str] = []
    for question in grade.questions:
        lines += question_lines(question, catalogue, width=width, color=color)
    return "\n".join([*lines, *closing_lines(grade, catalogue, color=color)])


def passed(question: QuestionResult) -> bool:
    """Whether every public automatic check that counts passed."""
    public = (check for check in question.checks if check.visibility is Visibility.PUBLIC)
    return all(check.status is Status.PASSED for check in public if check.max_points)


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * 28
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent) if text else []


def _painted(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text
