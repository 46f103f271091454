"""The class report as plain data: a pure function of all grades."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.domain.assignment import AssignmentInfo
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.report.catalogue import Catalogue
from grader.report.charts import columns
from grader.report.class_findings import check_rates, flag_facts, question_rates, same_errors, waiting_items
from grader.report.class_types import ClassPage, Row
from grader.report.graded_view import environment_facts
from grader.report.numbers import points
from grader.report.page_types import Fact, Graded, Heading, Picture
from grader.report.safe_text import safe_line

_BINS = 10


def class_page(
    grades: Sequence[Grade], info: AssignmentInfo, catalogue: Catalogue, *, environment: Mapping[str, str] | None = None
) -> ClassPage:
    """Everything on the class report."""
    rows = tuple(_row(grade, catalogue) for grade in grades)
    known = environment or {}
    slug = info.slug.upper()
    return ClassPage(
        lang=catalogue.lang,
        words=catalogue.section("class"),
        document=catalogue.text("title.class", assignment=slug),
        foot=catalogue.text("foot.class", assignment=slug),
        heading=_heading(grades, info, catalogue),
        stamp=catalogue.text("stamp.no_walls") if known.get("jail") == "none" else "",
        figures=tuple(_keys(grades, catalogue)),
        distribution=_distribution(grades, catalogue),
        questions=tuple(question_rates(grades, info)),
        checks=tuple(check_rates(grades, catalogue)),
        errors=tuple(same_errors(grades, catalogue)),
        waiting=tuple(waiting_items(grades)),
        flags=tuple(flag_facts(grades, catalogue)),
        question_names=tuple(question.id.upper() for question in info.questions),
        rows=rows,
        graded=Graded(tuple(_graded(info, known, catalogue))),
        scores=tuple(dict.fromkeys(row.score for row in rows)),
    )


def _heading(grades: Sequence[Grade], info: AssignmentInfo, catalogue: Catalogue) -> Heading:
    found = Counter(grade.status for grade in grades)
    counts = [f"{found[status]} {catalogue.text(f'status.{status.value}')}" for status in Status if found[status]]
    return Heading(
        course=info.course,
        assignment=info.slug.upper(),
        title=info.title,
        who=catalogue.text("class.report"),
        state=" \u00b7 ".join(counts),
        number=str(len(grades)),
        unit=catalogue.text("class.submission" if len(grades) == 1 else "class.submissions"),
    )


def _keys(grades: Sequence[Grade], catalogue: Catalogue) -> Iterator[Fact]:
    scores = [grade.score for grade in grades] or [0.0]
    values = {
        "mean": statistics.fmean(scores),
        "median": statistics.median(scores),
        "lowest": min(scores),
        "highest": max(scores),
        "waiting_points": sum(grade.pending for grade in grades),
    }
    for name, value in values.items():
        yield Fact(catalogue.text(f"keys.{name}"), points(round(value, 2)))


def _row(grade: Grade, catalogue: Catalogue) -> Row:
    submission = grade.submission
    student, name = safe_line(submission.student_id, 40), safe_line(submission.name, 40)
    return Row(
        student=student,
        name="" if name == student else name,
        status=catalogue.text(f"status.{grade.status.value}"),
        score=points(grade.score),
        pending=points(grade.pending) if grade.pending else "",
        questions=tuple(points(question.score) for question in grade.questions),
        flags=str(len(grade.flags)) if grade.flags else "",
    )


def _distribution(grades: Sequence[Grade], catalogue: Catalogue) -> Picture:
    """Scores in tenths of the points without bonus; full marks and more stand apart."""
    counts = [0] * (_BINS + 1)
    for grade in grades:
        share = grade.score / grade.max_score if grade.max_score else 0.0
        counts[min(_BINS, int(share * _BINS + 1e-9))] += 1
    labels = [f"{10 * step}\u2013{10 * step + 9}" for step in range(_BINS)] + ["100+"]
    words = "; ".join(f"{label}: {number}" for label, number in zip(labels, counts, strict=True) if number)
    alt = catalogue.text("alt.distribution", values=words or catalogue.text("table.none"))
    return Picture(columns(counts, labels), alt)


def _graded(info: AssignmentInfo, environment: Mapping[str, str], catalogue: Catalogue) -> Iterable[Fact]:
    revision = catalogue.text("graded.revision", slug=info.slug, revision=info.revision[:12])
    yield Fact(catalogue.text("graded.assignment"), revision)
    yield from environment_facts(environment, catalogue)
