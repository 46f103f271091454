"""One student's report as plain data: a pure function of grade, evidence and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.domain.assignment import AssignmentInfo
from grader.domain.evidence import SubmissionEvidence
from grader.domain.result import CheckResult, Grade, QuestionResult
from grader.domain.status import Status, Visibility
from grader.report.catalogue import Catalogue
from grader.report.charts import ring
from grader.report.numbers import count, percent, points
from grader.report.page_types import Bar, Fact, Lost, Picture, StudentPage, Waiting
from grader.report.safe_text import safe_line
from grader.report.sections import question_of, section

_MOST_BOX_LINES = 3
_NO_POINTS = 0.005


def student_page(grade: Grade, evidence: SubmissionEvidence, info: AssignmentInfo, catalogue: Catalogue) -> StudentPage:
    """Everything on a student's report; hidden checks appear as count and points alone."""
    lost = tuple(_lost(grade, catalogue))
    works, fix, steps = _boxes(grade, catalogue)
    bars = tuple(_bars(grade, info, catalogue))
    share = grade.score / grade.max_score if grade.max_score else 0.0
    score, most = points(grade.score), points(grade.max_score)
    return StudentPage(
        lang=catalogue.lang,
        words=catalogue.section("page"),
        course=info.course,
        assignment=info.slug.upper(),
        title=info.title,
        name=_own_name(grade),
        student_id=safe_line(grade.submission.student_id, 80),
        status=catalogue.text(f"status.{grade.status.value}"),
        score=score,
        max_score=most,
        pending=catalogue.text("pending", points=points(grade.pending)) if grade.pending else "",
        ring=Picture(ring(share, percent(share, decimals=0)), catalogue.text("alt.ring", score=score, most=most)),
        works=works,
        fix=fix,
        next_steps=steps,
        bars=bars,
        lost=lost,
        lost_total=points(sum(max(0.0, amount) for _, _, amount in _losses(grade))),
        waiting=tuple(_waiting(grade, catalogue)),
        remarks=tuple(_remarks(grade, catalogue)),
        sections=tuple(
            section(question_of(info, result.id), result, grade, evidence, catalogue) for result in grade.questions
        ),
        graded=tuple(_graded(grade, catalogue)),
        files=tuple(_files(evidence)),
        repeat=f"grader check {info.slug} . --seed {grade.environment.get('seed', '0')}",
        stamp=catalogue.text("stamp.no_walls") if grade.environment.get("jail") == "none" else "",
        scores=tuple(dict.fromkeys([score, *(bar.score for bar in bars)])),
    )


def _own_name(grade: Grade) -> str:
    name = safe_line(grade.submission.name, 80)
    return name if name != safe_line(grade.submission.student_id, 80) else ""


def _losses(grade: Grade) -> Iterator[tuple[QuestionResult, CheckResult, float]]:
    """Every check that cost points; what waits for a human is not lost yet."""
    for question in grade.questions:
        for check in question.checks:
            amount = check.max_points - check.points
            if amount > _NO_POINTS and check.status not in (Status.NEEDS_REVIEW, Status.ERROR):
                yield question, check, amount
        for item in question.rubric:
            if item.points is not None and item.max_points - item.points > _NO_POINTS:
                stands_for = CheckResult(item.id, item.title, Status.FAILED, item.points, item.max_points)
                yield question, stands_for, item.max_points - item.points


def _lost(grade: Grade, catalogue: Catalogue) -> Iterator[Lost]:
    comments = {(q.id, item.id): item.comment for q in grade.questions for item in q.rubric}
    for question, check, amount in _losses(grade):
        if check.visibility is Visibility.HIDDEN:
            reason, advice = catalogue.text("lost.hidden"), ""
        elif (question.id, check.id) in comments:
            comment = safe_line(comments[question.id, check.id], 400)
            reason = f"{check.title}. {comment}".strip() if comment else check.title
            advice = catalogue.text("lost.by_human")
        else:
            sentence = catalogue.sentence(check.reason, check.facts) if check.reason else check.title
            reason = catalogue.placed(sentence, check.file, check.line)
            advice = catalogue.advice(check.reason, check.facts) if check.reason else ""
        yield Lost(question.id.upper(), f"\u2212{points(amount)}", reason, advice)


def _boxes(grade: Grade, catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What works, what to mend first, what to try then; a few lines each."""
    public = [c for q in grade.questions for c in q.checks if c.visibility is Visibility.PUBLIC]
    passed = [c for c in public if c.status is Status.PASSED and c.max_points and not _is_row(c)]
    works = tuple(check.title for check in sorted(passed, key=lambda c: -c.max_points)[:_MOST_BOX_LINES])
    broken = sorted(_losses(grade), key=lambda found: -found[2])
    open_ones = [(c, amount) for _, c, amount in broken if c.visibility is Visibility.PUBLIC and c.reason]
    root = [(c, amount) for c, amount in open_ones if c.status is Status.FAILED]
    seen: list[str] = []
    steps: list[str] = []
    for check, _ in root:
        sentence = catalogue.placed(catalogue.sentence(check.reason, check.facts), check.file, check.line)
        advice = catalogue.advice(check.reason, check.facts)
        if sentence not in seen and len(seen) < _MOST_BOX_LINES - 1:
            seen.append(sentence)
            if advice and advice not in steps:
                steps.append(advice)
    if not steps:
        steps = [f"{catalogue.problem(n)} {catalogue.advice(n.reason, n.facts)}" for c in public for n in c.notes][:2]
    return (
        works or (catalogue.text("box.nothing_works"),),
        tuple(seen) or (catalogue.text("box.nothing_to_fix"),),
        tuple(dict.fromkeys(steps)) or (catalogue.text("box.nothing_to_try"),),
    )


def _is_row(check: CheckResult) -> bool:
    return check.id.startswith("hand_") and check.id != "hand_total"


def _bars(grade: Grade, info: AssignmentInfo, catalogue: Catalogue) -> Iterator[Bar]:
    widest = max((question.max_score for question in grade.questions), default=1.0) or 1.0
    for result in grade.questions:
        question = question_of(info, result.id)
        share = result.score / result.max_score if result.max_score else 0.0
        waits = result.pending / result.max_score if result.max_score else 0.0
        yield Bar(
            name=result.id.upper(),
            title=question.title,
            subtitle=question.subtitle,
            score=f"{points(result.score)} / {points(result.max_score)}",
            width=f"{100 * result.max_score / widest:.2f}",
            filled=f"{100 * min(1.0, share):.2f}",
            waiting=f"{100 * min(1.0 - min(1.0, share), waits):.2f}",
            bonus=result.bonus,
            status=catalogue.text(f"status.{result.status.value}"),
        )


def _waiting(grade: Grade, catalogue: Catalogue) -> Iterator[Waiting]:
    for question in grade.questions:
        for item in question.rubric:
            if item.points is None and item.max_points:
                yield Waiting(question.id.upper(), item.title, points(item.max_points))
        for check in question.checks:
            amount = check.max_points - check.points
            if check.status in (Status.NEEDS_REVIEW, Status.ERROR) and amount > _NO_POINTS:
                why = catalogue.sentence(check.reason, check.facts) if check.reason else check.title
                yield Waiting(question.id.upper(), f"{check.title}: {why}", points(amount))


def _remarks(grade: Grade, catalogue: Catalogue) -> Iterator[str]:
    """What every reader has to know about the data and the walls."""
    dataset = next((a.dataset for a in grade.accuracy.values()), "")
    if dataset and "digits" in dataset:
        yield catalogue.text("remark.digits", dataset=dataset)
    if any(network.provenance.value == "reported" for network in grade.networks.values()):
        yield catalogue.text("remark.reported")


def _graded(grade: Grade, catalogue: Catalogue) -> Iterable[Fact]:
    names = ("grader", "python", "torch", "torchvision", "thop", "device", "seed", "jail", "dataset")
    known = grade.environment
    yield Fact(
        catalogue.text("graded.assignment"), f"{grade.assignment} {catalogue.text('graded.revision')} {grade.revision}"
    )
    for name in names:
        if name in known:
            yield Fact(catalogue.text(f"graded.{name}"), safe_line(known[name], 60))
    wall = sum(value for name, value in grade.timings.items() if name.endswith("_wall_s"))
    if wall:
        yield Fact(catalogue.text("graded.time"), f"{wall:.1f} s")
    yield Fact(catalogue.text("graded.submission"), grade.submission.sha256[:16])


def _files(evidence: SubmissionEvidence) -> Iterator[tuple[str, str, str]]:
    files = next((p.files.files for p in evidence.probes.values() if p.files is not None), ())
    for file in files[:12]:
        yield safe_line(file.path, 60), file.sha256, f"{count(file.size)} B"
