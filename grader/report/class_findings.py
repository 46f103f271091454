"""What a whole class shows: pass rates, the same error with everybody who has it, what waits, what is flagged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from grader.domain.assignment import AssignmentInfo
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue
from grader.report.class_types import CheckRate, QuestionRate, SameError
from grader.report.losses import find_waiting
from grader.report.numbers import points
from grader.report.page_types import Fact
from grader.report.safe_text import safe_line

_MOST_STUDENTS = 40
_ROWS = "hand_rows"
"""Rows of a hand calculation count together, whatever a student's layers are called."""


def question_rates(grades: Sequence[Grade], info: AssignmentInfo) -> Iterator[QuestionRate]:
    """Mean score of each question, and how many passed it or wait."""
    for index, question in enumerate(info.questions):
        results = [grade.questions[index] for grade in grades]
        mean = sum(result.score for result in results) / len(results) if results else 0.0
        yield QuestionRate(
            name=question.id.upper(),
            title=question.title,
            mean=points(round(mean, 2)),
            most=points(question.points),
            share=_width(mean, question.points),
            passed=str(sum(result.status is Status.PASSED for result in results)),
            waiting=str(sum(result.pending > 0 for result in results)),
        )


def _width(part: float, whole: float) -> str:
    return f"{100 * min(1.0, part / whole) if whole else 0.0:.2f}%"


def check_rates(grades: Sequence[Grade], catalogue: Catalogue) -> Iterator[CheckRate]:
    """How many submissions have each check right, wrong, or not judged."""
    found: dict[tuple[str, str], list[CheckResult]] = defaultdict(list)
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                found[question.id, _group(check)].append(check)
    for (question_id, name), checks in found.items():
        right = sum(check.status is Status.PASSED for check in checks)
        wrong = sum(check.status is Status.FAILED for check in checks)
        yield CheckRate(
            question=question_id.upper(),
            title=catalogue.text("class.hand_rows") if name == _ROWS else checks[0].title,
            right=str(right),
            wrong=str(wrong),
            other=str(len(checks) - right - wrong),
            share=_width(right, len(checks)),
            hidden=checks[0].visibility is Visibility.HIDDEN,
        )


def _group(check: CheckResult) -> str:
    return _ROWS if check.id.startswith("hand_") and check.id != "hand_total" else check.id


def same_errors(grades: Sequence[Grade], catalogue: Catalogue) -> Iterator[SameError]:
    """Failed checks by question and reason, the most frequent first; what only follows from another is left out."""
    who: dict[tuple[str, str], dict[str, CheckResult]] = defaultdict(dict)
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                if check.status in (Status.FAILED, Status.ERROR) and check.reason:
                    who[question.id, check.reason].setdefault(grade.submission.student_id, check)
    for (question_id, reason), students in sorted(who.items(), key=lambda found: (-len(found[1]), found[0])):
        sentences = list(dict.fromkeys(catalogue.sentence(reason, check.facts) for check in students.values()))
        sentence = sentences[0]
        if len(sentences) > 1:
            sentence = catalogue.text("class.alike", sentence=sentence)
        names = _names(students, catalogue)
        yield SameError(question_id.upper(), sentence, names, str(len(students)))


def _names(students: Iterable[str], catalogue: Catalogue) -> str:
    listed = sorted(safe_line(student, 40) for student in students)
    shown = ", ".join(listed[:_MOST_STUDENTS])
    more = len(listed) - _MOST_STUDENTS
    return catalogue.text("class.more", shown=shown, count=more) if more > 0 else shown


def waiting_items(grades: Sequence[Grade]) -> Iterator[Fact]:
    """What waits for a human, and for how many submissions."""
    found: Counter[str] = Counter()
    for grade in grades:
        for question in grade.questions:
            titles, _ = find_waiting(question)
            found.update(f"{question.id.upper()} \u00b7 {title}" for title in titles)
    yield from (Fact(title, str(number)) for title, number in found.items())


def flag_facts(grades: Sequence[Grade], catalogue: Catalogue) -> Iterator[Fact]:
    """Each flag in words, with the students who have it."""
    who: dict[str, list[str]] = defaultdict(list)
    for grade in grades:
        for flag in grade.flags:
            who[flag].append(grade.submission.student_id)
    for flag, students in sorted(who.items()):
        key = f"flag.{flag}"
        words = catalogue.text(key) if key in catalogue.words else safe_line(flag.replace("_", " "), 60)
        yield Fact(words, _names(students, catalogue))
