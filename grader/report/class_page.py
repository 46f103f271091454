"""The class report as plain data: distribution, pass rates, the same errors together, what waits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.domain.assignment import AssignmentInfo
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status
from grader.report.catalogue import Catalogue
from grader.report.charts import columns
from grader.report.numbers import percent, points
from grader.report.page_types import Fact, Picture
from grader.report.safe_text import safe_line

_BINS = 10
_MOST_STUDENTS = 40


@dataclass(frozen=True)
class QuestionRate:
    """One question over the class."""

    name: str
    title: str
    mean: str
    most: str
    passed: str
    waiting: str


@dataclass(frozen=True)
class CheckRate:
    """One check over the class: counts of submissions, and the share that is right as a percentage."""

    question: str
    title: str
    right: str
    wrong: str
    other: str
    share: str


@dataclass(frozen=True)
class SameError:
    """One reason and the students who have it."""

    question: str
    sentence: str
    students: tuple[str, ...]
    count: str


@dataclass(frozen=True)
class Row:
    """One submission in the list of all."""

    student: str
    status: str
    score: str
    pending: str
    questions: tuple[str, ...]
    flags: str


@dataclass(frozen=True)
class ClassPage:
    """The whole class report. `words` are the template's own phrases."""

    lang: str
    words: dict[str, str]
    course: str
    assignment: str
    title: str
    submissions: str
    statuses: tuple[Fact, ...]
    distribution: Picture
    questions: tuple[QuestionRate, ...]
    question_names: tuple[str, ...]
    checks: tuple[CheckRate, ...]
    errors: tuple[SameError, ...]
    waiting: tuple[Row, ...]
    waiting_items: tuple[Fact, ...]
    flags: tuple[Fact, ...]
    rows: tuple[Row, ...]
    graded: tuple[Fact, ...]
    scores: tuple[str, ...] = field(default=())


def class_page(
    grades: Sequence[Grade], info: AssignmentInfo, catalogue: Catalogue, *, environment: Iterable[Fact] = ()
) -> ClassPage:
    """Everything on the class report."""
    rows = tuple(_row(grade, catalogue) for grade in grades)
    statuses = Counter(grade.status for grade in grades)
    return ClassPage(
        lang=catalogue.lang,
        words=catalogue.section("class"),
        course=info.course,
        assignment=info.slug.upper(),
        title=info.title,
        submissions=str(len(grades)),
        statuses=tuple(
            Fact(catalogue.text(f"status.{status.value}"), str(statuses[status]))
            for status in Status
            if statuses[status]
        ),
        distribution=_distribution(grades, catalogue),
        questions=tuple(_question_rates(grades, info)),
        question_names=tuple(question.id.upper() for question in info.questions),
        checks=tuple(_check_rates(grades)),
        errors=tuple(_same_errors(grades, catalogue)),
        waiting=tuple(row for row, grade in zip(rows, grades, strict=True) if grade.pending),
        waiting_items=tuple(_waiting_items(grades)),
        flags=tuple(_flags(grades)),
        rows=rows,
        graded=tuple(environment),
        scores=tuple(dict.fromkeys(row.score for row in rows)),
    )


def _row(grade: Grade, catalogue: Catalogue) -> Row:
    return Row(
        student=safe_line(grade.submission.student_id, 60),
        status=catalogue.text(f"status.{grade.status.value}"),
        score=points(grade.score),
        pending=points(grade.pending) if grade.pending else "",
        questions=tuple(points(question.score) for question in grade.questions),
        flags=", ".join(flag.replace("_", " ") for flag in grade.flags),
    )


def _distribution(grades: Sequence[Grade], catalogue: Catalogue) -> Picture:
    counts = [0] * (_BINS + 1)
    for grade in grades:
        share = grade.score / grade.max_score if grade.max_score else 0.0
        counts[min(_BINS, int(share * _BINS + 1e-9))] += 1
    labels = [f"{10 * step}\u2013{10 * step + 9}%" for step in range(_BINS)] + ["100%+"]
    words = ", ".join(f"{label} {number}" for label, number in zip(labels, counts, strict=True) if number)
    return Picture(columns(counts, labels), catalogue.text("alt.distribution", values=words or "\u2013"))


def _question_rates(grades: Sequence[Grade], info: AssignmentInfo) -> Iterator[QuestionRate]:
    for index, question in enumerate(info.questions):
        results = [grade.questions[index] for grade in grades]
        mean = sum(result.score for result in results) / len(results) if results else 0.0
        yield QuestionRate(
            name=question.id.upper(),
            title=question.title,
            mean=points(round(mean, 2)),
            most=points(question.points),
            passed=str(sum(result.status is Status.PASSED for result in results)),
            waiting=str(sum(result.pending > 0 for result in results)),
        )


def _check_rates(grades: Sequence[Grade]) -> Iterator[CheckRate]:
    """By check; the rows of a hand calculation count together, whatever the layers are called."""
    found: dict[tuple[str, str], list[CheckResult]] = defaultdict(list)
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                found[question.id, _group(check)].append(check)
    for (question_id, name), checks in found.items():
        right = sum(check.status is Status.PASSED for check in checks)
        wrong = sum(check.status is Status.FAILED for check in checks)
        yield CheckRate(
            question_id.upper(),
            checks[0].title if name == checks[0].id else name,
            str(right),
            str(wrong),
            str(len(checks) - right - wrong),
            percent(right / len(checks), decimals=0),
        )


def _group(check: CheckResult) -> str:
    return "hand_*" if check.id.startswith("hand_") and check.id != "hand_total" else check.id


def _same_errors(grades: Sequence[Grade], catalogue: Catalogue) -> Iterator[SameError]:
    """Failed checks grouped by reason; the most frequent first."""
    who: dict[tuple[str, str], dict[str, CheckResult]] = defaultdict(dict)
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                if check.status in (Status.FAILED, Status.ERROR) and check.reason:
                    who[question.id, check.reason].setdefault(grade.submission.student_id, check)
    for (question_id, reason), students in sorted(who.items(), key=lambda found: (-len(found[1]), found[0])):
        first = next(iter(students.values()))
        names = tuple(safe_line(student, 60) for student in sorted(students)[:_MOST_STUDENTS])
        sentence = catalogue.sentence(reason, first.facts)
        if len({catalogue.sentence(reason, check.facts) for check in students.values()}) > 1:
            sentence = catalogue.text("alike", sentence=sentence)
        yield SameError(question_id.upper(), sentence, names, str(len(students)))


def _waiting_items(grades: Sequence[Grade]) -> Iterator[Fact]:
    open_items: Counter[str] = Counter()
    for grade in grades:
        for question in grade.questions:
            for item in question.rubric:
                if item.points is None and item.max_points:
                    open_items[f"{question.id.upper()} {item.title}"] += 1
            for check in question.checks:
                if check.status in (Status.NEEDS_REVIEW, Status.ERROR):
                    open_items[f"{question.id.upper()} {check.title}"] += 1
    for title, number in open_items.items():
        yield Fact(title, str(number))


def _flags(grades: Sequence[Grade]) -> Iterator[Fact]:
    who: dict[str, list[str]] = defaultdict(list)
    for grade in grades:
        for flag in grade.flags:
            who[flag].append(safe_line(grade.submission.student_id, 60))
    for flag, students in sorted(who.items()):
        yield Fact(flag.replace("_", " "), ", ".join(students[:_MOST_STUDENTS]))
