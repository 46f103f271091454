"""The part of a report that belongs to one question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.domain.assignment import AssignmentInfo, Question
from grader.domain.evidence import Essay, SourceOutline, SubmissionEvidence
from grader.domain.measurement import NetworkMeasurement
from grader.domain.problem import Problem
from grader.domain.result import CheckResult, Grade, HandRow, QuestionResult
from grader.domain.status import Status, Visibility
from grader.report.accuracy_view import accuracy_parts
from grader.report.catalogue import Catalogue
from grader.report.numbers import count, points, shape
from grader.report.page_types import CheckLine, Code, Fact, HandLine, LayerLine, RubricLine, Section, ToolLine
from grader.report.safe_text import safe_block, safe_line

_MOST_CODE_LINES = 90
_MOST_LAYERS = 60
_VERDICT_STYLES = {
    "agrees": "agrees",
    "differs_from_reference": "allowed",
    "wrong": "wrong",
    "arithmetic": "wrong",
    "missing": "missing",
    "carried": "carried",
}


def section(
    question: Question, result: QuestionResult, grade: Grade, evidence: SubmissionEvidence, catalogue: Catalogue
) -> Section:
    """Everything the report says about one question."""
    network = grade.networks.get(question.id)
    hand = grade.hand if any(check.id.startswith("hand_") for check in result.checks) else ()
    accuracy = grade.accuracy.get(question.id)
    chosen = _chosen_file(question.id, evidence)
    parts = accuracy_parts(grade, question.id, catalogue) if accuracy else {}
    return Section(
        id=question.id,
        name=question.id.upper(),
        title=question.title,
        score=f"{points(result.score)} / {points(result.max_score)}",
        asked=" ".join(question.text.split()),
        status=catalogue.text(f"status.{result.status.value}"),
        checks=tuple(check_line(check, catalogue) for check in shown_checks(result)),
        hidden=_hidden(result, catalogue),
        essay=_essay(question, evidence, catalogue),
        rubric=tuple(_rubric(result, catalogue)),
        hand=tuple(_hand_line(row, catalogue) for row in hand) if network or _any_hand(hand) else (),
        tools=_tools(network, result, catalogue) if network and not accuracy else (),
        network=_network_facts(network, catalogue) if network else (),
        layers=tuple(_layers(network)) if network else (),
        diagnostics=tuple(catalogue.problem(problem) for problem in network.diagnostics) if network else (),
        code=_code(chosen, network, catalogue),
        **parts,
    )


def check_line(check: CheckResult, catalogue: Catalogue) -> CheckLine:
    """One public check in the words of the catalogue."""
    lost = check.status is not Status.PASSED and check.reason != ""
    sentence = catalogue.sentence(check.reason, check.facts) if lost else ""
    return CheckLine(
        title=check.title,
        status=check.status.value,
        mark=catalogue.text(f"mark.{check.status.value}"),
        points=f"{points(check.points)} / {points(check.max_points)}" if check.max_points else "",
        rationale=catalogue.placed(sentence, check.file, check.line) if sentence else "",
        help=catalogue.advice(check.reason, check.facts) if lost else "",
        expected=safe_line(check.expected or "", 120),
        actual=safe_line(check.actual or "", 120),
        notes=tuple(_note(note, catalogue) for note in check.notes),
    )


def _note(note: Problem, catalogue: Catalogue) -> str:
    return f"{catalogue.problem(note)} {catalogue.advice(note.reason, note.facts)}".strip()


def shown_checks(result: QuestionResult) -> Iterable[CheckResult]:
    """The public checks; rows of a hand calculation stand in their own table unless they lost points."""
    for check in result.checks:
        if check.visibility is Visibility.PUBLIC and not (
            check.id.startswith("hand_") and check.id != "hand_total" and check.status is Status.PASSED
        ):
            yield check


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


def _essay(question: Question, evidence: SubmissionEvidence, catalogue: Catalogue) -> tuple[Fact, ...]:
    """The essay's parts as the student wrote them, for the question that a rubric alone decides."""
    graded_by_rubric = sum(item.points for item in question.rubric) > sum(check.points for check in question.checks)
    essay = next((p.files.essay for p in evidence.probes.values() if p.files is not None), None)
    if not graded_by_rubric or not isinstance(essay, Essay) or essay.empty:
        return ()
    answers = {heading: text for heading, text in essay.answers.items() if text.strip()}
    parts = answers or {catalogue.text("essay.whole"): essay.text}
    return tuple(Fact(safe_line(heading, 120), safe_block(text, lines=80)) for heading, text in parts.items())


def _rubric(result: QuestionResult, catalogue: Catalogue) -> Iterable[RubricLine]:
    for item in result.rubric:
        waiting = item.points is None
        number = catalogue.text("rubric.waiting", most=points(item.max_points))
        if not waiting:
            number = f"{points(item.points or 0.0)} / {points(item.max_points)}"
        yield RubricLine(item.title, number, safe_block(item.comment, lines=12), waiting)


def _any_hand(rows: Iterable[HandRow]) -> bool:
    return any(row.hand is not None for row in rows)


def _hand_line(row: HandRow, catalogue: Catalogue) -> HandLine:
    missing = catalogue.text("table.none")
    number = {name: missing if value is None else count(value) for name, value in _numbers(row).items()}
    gives = "" if row.working_gives is None else count(row.working_gives)
    truth = missing if row.code is None else count(row.code)
    return HandLine(
        layer=catalogue.text("table.total") if row.is_total else safe_line(row.path, 60),
        output=shape(row.output_shape) if row.output_shape else "",
        reference=number["reference"],
        code=number["code"],
        hand=number["hand"],
        working=safe_line(row.working, 60),
        verdict=catalogue.text(f"verdict.{row.verdict}", gives=gives, truth=truth),
        kind=_VERDICT_STYLES.get(row.verdict, "wrong"),
        is_total=row.is_total,
    )


def _numbers(row: HandRow) -> Mapping[str, int | None]:
    return {"reference": row.reference, "code": row.code, "hand": row.hand}


def _tools(network: NetworkMeasurement, result: QuestionResult, catalogue: Catalogue) -> tuple[ToolLine, ...]:
    """The same network under each tool's own way of counting; the one that the student's number is, marked."""
    own = next((c.actual for c in result.checks if c.id == "flops_reported" and c.actual), "")
    digits = "".join(character for character in own.split(".")[0] if character.isdigit())
    lines = [
        ToolLine("grader", count(network.macs), "MACs", catalogue.text("tools.macs"), digits == str(network.macs)),
        ToolLine("grader", count(network.flops), "FLOPs", catalogue.text("tools.flops"), digits == str(network.flops)),
    ]
    for tool, words in network.conventions.items():
        for word, number in words.items():
            if word != "params":
                lines.append(ToolLine(tool, count(number), word, "", digits == str(number)))
    return tuple(lines)


def _network_facts(network: NetworkMeasurement, catalogue: Catalogue) -> tuple[Fact, ...]:
    place = f"{network.file}:{network.line}" if network.file and network.line else network.file or ""
    facts = [
        (catalogue.text("network.class"), safe_line(network.class_name, 80)),
        (catalogue.text("network.place"), safe_line(place, 120)),
        (catalogue.text("network.input"), shape(network.input_shape)),
        (catalogue.text("network.output"), shape(network.output_shape)),
        (catalogue.text("network.params"), count(network.params)),
        (catalogue.text("network.macs"), count(network.macs)),
        (catalogue.text("network.flops"), count(network.flops)),
        (catalogue.text("network.provenance"), catalogue.text(f"provenance.{network.provenance.value}")),
    ]
    return tuple(Fact(name, value) for name, value in facts if value)


def _layers(network: NetworkMeasurement) -> Iterable[LayerLine]:
    for layer in network.layers[:_MOST_LAYERS]:
        yield LayerLine(
            safe_line(layer.path, 60),
            safe_line(layer.kind, 40),
            shape(layer.output_shape),
            count(layer.params),
            count(layer.macs),
        )


def _chosen_file(question: str, evidence: SubmissionEvidence) -> tuple[str, SourceOutline] | None:
    """The file that answered a question: its path, and its text as the intake read it."""
    sources = next((p.files.sources for p in evidence.probes.values() if p.files is not None), ())
    for probe in evidence.probes.values():
        payload = probe.network or probe.training
        file = payload.network.file if payload and payload.network else None
        wanted = file or (payload.chosen.file if payload and payload.chosen else None)
        if wanted is None:
            continue
        for outline in sources:
            if outline.path == wanted:
                return question, outline
    return None


def _code(
    chosen: tuple[str, SourceOutline] | None, network: NetworkMeasurement | None, catalogue: Catalogue
) -> Code | None:
    """The class that was measured, as it stands in the student's file."""
    if chosen is None or network is None or not network.line:
        return None
    lines = chosen[1].code.splitlines()
    start = network.line - 1
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t", ")"))):
        end += 1
    kept = lines[start : min(end, start + _MOST_CODE_LINES)]
    cut = catalogue.text("code.cut", lines=end - start - len(kept)) if end - start > len(kept) else ""
    text = safe_block("\n".join(kept), lines=_MOST_CODE_LINES, width=160).rstrip()
    return Code(f"{safe_line(chosen[1].path, 120)}:{network.line}", text, cut) if text else None


def question_of(info: AssignmentInfo, question_id: str) -> Question:
    """The question with this id."""
    return next(question for question in info.questions if question.id == question_id)
