"""One student's report as plain data: a pure function of grade, evidence and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.domain.assignment import AssignmentInfo
from grader.domain.evidence import SubmissionEvidence
from grader.domain.result import Grade
from grader.report.catalogue import Catalogue
from grader.report.charts import ring
from grader.report.graded_view import graded_view
from grader.report.losses import Loss, find_losses, find_waiting, sum_points
from grader.report.material import Material
from grader.report.numbers import percent, points
from grader.report.page_types import Bar, Heading, Lost, Picture, Section, StudentPage, Waiting
from grader.report.safe_text import safe_line
from grader.report.sections import section
from grader.report.summary import fix_first, next_steps, then_try, what_works


def student_page(grade: Grade, evidence: SubmissionEvidence, info: AssignmentInfo, catalogue: Catalogue) -> StudentPage:
    """Everything on a student's report; hidden checks appear as count and points alone."""
    material = Material(grade, evidence, info, catalogue)
    losses = find_losses(grade, catalogue)
    bars = tuple(_bars(material))
    heading = _heading(material)
    student_id = safe_line(grade.submission.student_id, 80)
    return StudentPage(
        lang=catalogue.lang,
        words=catalogue.section("page"),
        document=catalogue.text("title.student", assignment=info.slug.upper(), student=student_id),
        foot=catalogue.text("foot.student", assignment=info.slug.upper(), student=student_id),
        heading=heading,
        stamp=catalogue.text("stamp.no_walls") if grade.environment.get("jail") == "none" else "",
        works=what_works(material),
        fix=fix_first(losses, catalogue),
        then=then_try(grade, losses, catalogue),
        bars=bars,
        lost=tuple(_lost(loss, catalogue) for loss in losses),
        lost_note=_lost_note(losses, catalogue),
        waiting=tuple(_waiting(grade)),
        steps=next_steps(grade, losses, catalogue),
        sections=_code_once([section(result, material) for result in grade.questions]),
        graded=graded_view(material),
        scores=tuple(dict.fromkeys([heading.number, *(bar.score for bar in bars)])),
    )


def _code_once(sections: Sequence[Section]) -> tuple[Section, ...]:
    """What stopped two questions at the same line is shown under the first."""
    codes = [each.code for each in sections]
    return tuple(replace(s, code=None) if s.code in codes[:at] else s for at, s in enumerate(sections))


def _heading(material: Material) -> Heading:
    grade, info, catalogue = material.grade, material.info, material.catalogue
    share = grade.score / grade.max_score if grade.max_score else 0.0
    waiting = grade.pending / grade.max_score if grade.max_score else 0.0
    name, student_id = safe_line(grade.submission.name, 60), safe_line(grade.submission.student_id, 60)
    pending = catalogue.text("pending", points=points(grade.pending)) if grade.pending else ""
    status = catalogue.text(f"status.{grade.status.value}")
    facts = {"score": points(grade.score), "most": points(grade.max_score), "pending": points(grade.pending)}
    return Heading(
        course=info.course,
        assignment=info.slug.upper(),
        title=info.title,
        who=" \u00b7 ".join(dict.fromkeys(filter(None, (name, student_id)))),
        state=catalogue.text("state", status=pending or status),
        number=points(grade.score),
        unit=catalogue.text("unit", most=points(grade.max_score)),
        ring=Picture(ring(share, percent(share, decimals=0), waiting=waiting), catalogue.text("alt.ring", **facts)),
    )


def _lost(loss: Loss, catalogue: Catalogue) -> Lost:
    reason = catalogue.text("lost.several", reason=loss.reason, count=loss.count) if loss.count > 1 else loss.reason
    name = loss.question.upper()
    return Lost(
        question=catalogue.text("lost.bonus", name=name) if loss.bonus else name,
        target=loss.question,
        points=f"\u2212{points(loss.points)}",
        reason=reason,
        advice=loss.advice,
    )


def _lost_note(losses: Sequence[Loss], catalogue: Catalogue) -> str:
    if not losses:
        return catalogue.text("lost.nothing")
    key = "lost.one" if len(losses) == 1 else "lost.all"
    return catalogue.text(key, count=len(losses), total=points(sum_points(losses)))


def _bars(material: Material) -> Iterator[Bar]:
    grade, catalogue = material.grade, material.catalogue
    widest = max((question.max_score for question in grade.questions), default=1.0) or 1.0
    for result in grade.questions:
        question = material.question(result.id)
        share = min(1.0, result.score / result.max_score) if result.max_score else 0.0
        waits = min(1.0 - share, result.pending / result.max_score) if result.max_score else 0.0
        state = catalogue.text(f"status.{result.status.value}")
        if result.pending:
            state = catalogue.text("bar.waiting", points=points(result.pending))
        yield Bar(
            name=result.id.upper(),
            title=question.title,
            subtitle=question.subtitle,
            score=f"{points(result.score)} / {points(result.max_score)}",
            width=f"{100 * result.max_score / widest:.2f}",
            got=f"{100 * share:.2f}",
            open=f"{100 * (share + waits):.2f}",
            bonus=result.bonus,
            state=catalogue.text("bar.bonus", state=state) if result.bonus else state,
        )


def _waiting(grade: Grade) -> Iterator[Waiting]:
    for question in grade.questions:
        titles, amount = find_waiting(question)
        if titles and amount:
            yield Waiting(question.id.upper(), points(amount), "; ".join(titles))
