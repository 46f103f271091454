"""The part of a report that belongs to one question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.result import CheckResult, HandRow, QuestionResult
from grader.domain.status import Status, Visibility
from grader.report.accuracy_view import training_view
from grader.report.catalogue import Catalogue
from grader.report.essay_view import answers_of
from grader.report.hand_view import corrections, hand_lines, tool_lines
from grader.report.material import Material
from grader.report.network_view import code_view, network_view
from grader.report.numbers import points
from grader.report.page_types import CheckLine, Section, Shown
from grader.report.rows import is_row
from grader.report.safe_text import safe_line

_IN_PICTURES = frozenset({Reason.PDF_PICTURES, Reason.PDF_IMAGES, Reason.PDF_UNMAPPED})


def section(result: QuestionResult, material: Material) -> Section:
    """Everything the report says about one question."""
    question, catalogue = material.question(result.id), material.catalogue
    network, payload = material.grade.networks.get(result.id), material.payload(result.id)
    hand = _hand(result, material)
    fixes = corrections(hand, network)
    shown = shown_checks(result, catalogue, table=bool(hand))
    compared = any(check.id == "flops_reported" for check in result.checks)
    return Section(
        id=result.id,
        name=result.id.upper(),
        title=question.title,
        score=f"{points(result.score)} / {points(result.max_score)}",
        asked=" ".join(question.text.split()),
        answers=answers_of(result, material.evidence, catalogue),
        checks=tuple(check_line(check, catalogue) for check in shown if not _is_said(check)),
        hidden=_hidden(result, catalogue),
        hand=hand_lines(hand, catalogue),
        hand_intro=catalogue.text("hand.intro" if network else "hand.intro_no_code", file=_source(hand)),
        corrections=fixes,
        corrections_note=catalogue.text(f"hand.{'carried' if _is_carried(hand) else 'corrected'}", file=_source(hand)),
        tools=tool_lines(network, result, catalogue) if network and compared else (),
        network=network_view(network, payload.chosen if payload else None, catalogue) if network else None,
        code=code_view(result, material),
        training=training_view(result, material) if result.id in material.grade.accuracy else None,
        pictures=_pictures(result, material),
    )


def _is_said(check: CheckResult) -> bool:
    """Whether the page says it anyway: that a check worth nothing is right."""
    return check.status is Status.PASSED and not check.max_points and not check.notes


def _pictures(result: QuestionResult, material: Material) -> tuple[Shown, ...]:
    """The pictures of the documents, below the question for which a person has to look at them."""
    files = material.files()
    if files is None or not any(check.reason in _IN_PICTURES for check in result.checks):
        return ()
    return tuple(
        Shown(
            picture.jpeg,
            material.catalogue.text("shown.caption", file=safe_line(document.path, 80), page=picture.page),
            picture.width > picture.height,
        )
        for document in files.documents
        for picture in document.shown
    )


def _source(hand: tuple[HandRow, ...]) -> str:
    """The files that the hand calculation was read from."""
    found = [row.place.path if row.place else "answers.toml" for row in hand if row.hand is not None]
    return safe_line(", ".join(dict.fromkeys(found)) or "answers.toml", 80)


def _is_carried(hand: tuple[HandRow, ...]) -> bool:
    return any(row.is_total and row.verdict == "carried" for row in hand)


def _hand(result: QuestionResult, material: Material) -> tuple[HandRow, ...]:
    """The hand calculation, under the question that has it, when anything of it was handed in."""
    rows = material.grade.hand
    if not any(check.id.startswith("hand_") for check in result.checks):
        return ()
    return rows if any(row.hand is not None or row.working for row in rows) else ()


def check_line(check: CheckResult, catalogue: Catalogue) -> CheckLine:
    """One public check in the words of the catalogue."""
    lost = check.status is not Status.PASSED and check.reason != ""
    sentence = catalogue.sentence(check.reason, check.facts) if lost else ""
    return CheckLine(
        title=check.title,
        status=check.status.value,
        mark=catalogue.text(f"mark.{_mark(check)}"),
        points=f"{points(check.points)} / {points(check.max_points)}" if check.max_points else "",
        rationale=catalogue.placed(sentence, check.file, check.line) if sentence else "",
        help=catalogue.advice(check.reason, check.facts) if lost else "",
        sides=_sides(check, sentence, catalogue),
        notes=tuple(_note(note, catalogue) for note in check.notes),
    )


def _mark(check: CheckResult) -> str:
    partly = check.status is Status.FAILED and check.points > 0
    return "partly" if partly else check.status.value


def _sides(check: CheckResult, sentence: str, catalogue: Catalogue) -> str:
    """Expected and found, where the sentence does not say both already."""
    if check.status is Status.PASSED:
        return ""
    expected, actual = safe_line(check.expected or "", 120), safe_line(check.actual or "", 120)
    if not expected or not actual or (expected in sentence and actual in sentence):
        return ""
    return catalogue.text("sides", expected=expected, actual=actual)


def _note(note: Problem, catalogue: Catalogue) -> str:
    return f"{catalogue.problem(note)} {catalogue.advice(note.reason, note.facts)}".strip()


def shown_checks(result: QuestionResult, catalogue: Catalogue, *, table: bool = False) -> Iterator[CheckResult]:
    """The public checks.

    Rows of a hand calculation come as one: all of them where a table shows each, else those that are right.
    """
    public = [check for check in result.checks if check.visibility is Visibility.PUBLIC]
    rows = [check for check in public if is_row(check) and (table or check.status is Status.PASSED)]
    for check in public:
        if check not in rows:
            yield check
        elif check is rows[0]:
            yield _together(rows, catalogue)


def _together(rows: Sequence[CheckResult], catalogue: Catalogue) -> CheckResult:
    right = sum(check.status is Status.PASSED for check in rows)
    return CheckResult(
        id="hand_rows",
        title=catalogue.text("rows.right" if right == len(rows) else "rows.some", right=right, count=len(rows)),
        status=Status.PASSED if right == len(rows) else Status.FAILED,
        points=_exactly(check.points for check in rows),
        max_points=_exactly(check.max_points for check in rows),
    )


def _exactly(values: Iterable[float]) -> float:
    return sum(round(value * 100) for value in values) / 100


def _hidden(result: QuestionResult, catalogue: Catalogue) -> str:
    hidden = [check for check in result.checks if check.visibility is Visibility.HIDDEN]
    if not hidden:
        return ""
    return catalogue.text(
        "hidden",
        passed=sum(check.status is Status.PASSED for check in hidden),
        count=len(hidden),
        points=points(sum(check.points for check in hidden)),
        most=points(sum(check.max_points for check in hidden)),
    )
