"""Q2's numbers beside each other: calculated by hand, measured on the code, printed by tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grader.domain.measurement import Layer, NetworkMeasurement
from grader.domain.reason import Reason
from grader.domain.result import CheckResult, HandRow, QuestionResult
from grader.report.catalogue import Catalogue
from grader.report.numbers import TIMES, count, shape
from grader.report.page_types import Correction, HandLine, ToolLine
from grader.report.safe_text import safe_line

_STYLES = {
    "agrees": "agrees",
    "differs_from_reference": "allowed",
    "wrong": "wrong",
    "arithmetic": "wrong",
    "missing": "missing",
    "carried": "carried",
}
_POWER = re.compile(r"(?:\^|\*\*)\s*([0-9])(?![0-9])")
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_WORKING = 90


def hand_lines(rows: Sequence[HandRow], catalogue: Catalogue) -> tuple[HandLine, ...]:
    """The layer table: reference, your code, your number, your working, and what comes of it."""
    return tuple(_line(row, catalogue) for row in rows)


def _line(row: HandRow, catalogue: Catalogue) -> HandLine:
    none = catalogue.text("table.none")
    reference, code, hand = (none if n is None else count(n) for n in (row.reference, row.code, row.hand))
    gives = none if row.working_gives is None else count(row.working_gives)
    truth = row.code if row.code is not None else row.reference
    verdict = "unread" if row.verdict == "wrong" and row.hand is None else row.verdict
    return HandLine(
        layer=catalogue.text("table.total") if row.is_total else safe_line(row.path, 24),
        output=shape(row.output_shape, batch=False),
        reference=reference,
        code=code,
        hand=hand,
        working="" if row.is_total else working_text(row.working),
        place="" if row.place is None else catalogue.text("hand.place", page=row.place.page, line=row.place.line),
        verdict=catalogue.text(f"verdict.{verdict}", gives=gives, truth=none if truth is None else count(truth)),
        kind=_STYLES.get(row.verdict, "wrong"),
        is_total=row.is_total,
    )


def working_text(working: str) -> str:
    """A working without its result, with real multiplication signs and powers."""
    left = working.rsplit("=", 1)[0] if "=" in working else working
    powered = _POWER.sub(lambda found: found[1].translate(_POWERS), left)
    signed = re.sub(r"(?<=[0-9⁰¹²³⁴-⁹)\s])\s*(?:\*|[xX])\s*(?=[0-9(\s])", " \u00d7 ", powered)
    spaced = re.sub(r"\s*\+\s*", " + ", signed)
    return safe_line(spaced, _MOST_WORKING)


def corrections(rows: Sequence[HandRow], network: NetworkMeasurement | None) -> tuple[Correction, ...]:
    """The first wrong line of the hand calculation between its neighbours, with what it should be."""
    listed = [row for row in rows if not row.is_total]
    wrong = next((i for i, row in enumerate(listed) if row.verdict in ("wrong", "arithmetic") and row.working), None)
    if wrong is None or listed[wrong].hand is None:
        return ()
    return tuple(_correction(row, network) for row in listed[max(0, wrong - 1) : wrong + 2])


def _correction(row: HandRow, network: NetworkMeasurement | None) -> Correction:
    layer, working = safe_line(row.path, 24), working_text(row.working)
    truth = row.code if row.code is not None else row.reference
    if row.verdict == "arithmetic":
        return Correction(layer, f"{working} =", str(row.hand), str(row.working_gives))
    written = working if row.hand is None else f"{working} = {row.hand}"
    if row.verdict == "wrong" and truth is not None:
        right = right_working(row.path, network)
        return Correction(layer, "", written, f"{right} = {truth}" if right else str(truth))
    return Correction(layer, written)


def right_working(name: str, network: NetworkMeasurement | None) -> str:
    """How the layer called conv2 or fc1 is calculated, from its own sizes; empty where that is not known."""
    layers = [each for each in network.layers if each.has_weights and each.params] if network else []
    for kind in ("conv", "fc"):
        of_kind = [each for each in layers if ("in_channels" in each.config) == (kind == "conv")]
        for number, layer in enumerate(of_kind, 1):
            if f"{kind}{number}" == name:
                return _working_of(layer)
    return ""


def _working_of(layer: Layer) -> str:
    config = layer.config
    kernel, groups = config.get("kernel_size"), config.get("groups", 1)
    if isinstance(kernel, list) and len(kernel) == 2 and isinstance(groups, int):
        inputs, outputs = config.get("in_channels"), config.get("out_channels")
        square = f"{kernel[0]}²" if kernel[0] == kernel[1] else f"{kernel[0]}{TIMES}{kernel[1]}"
        factors = [str(inputs // groups) if isinstance(inputs, int) and groups else "", square, str(outputs)]
    else:
        outputs = config.get("out_features")
        factors = [str(config.get("in_features")), str(outputs)]
    return TIMES.join(factors) + (f" + {outputs}" if config.get("bias") else "")


def tool_lines(network: NetworkMeasurement, result: QuestionResult, catalogue: Catalogue) -> tuple[ToolLine, ...]:
    """The same network under each tool's own way of counting; the one that the student's number is, marked."""
    reported = next((check for check in result.checks if check.id == "flops_reported"), None)
    label = next((check.actual for check in result.checks if check.id == "flops_label" and check.actual), "")
    lines = []
    if reported and reported.actual:
        mark = catalogue.text(f"tools.{'none' if reported.reason == Reason.REPORTED_WRONG else 'own'}")
        lines.append(ToolLine(catalogue.text("tools.you"), _reported(reported.actual), safe_line(label, 24), mark))
    for tool, word, number in _counted(network, catalogue):
        mark = catalogue.text("tools.same") if reported and _is_same(reported, tool, word, number) else ""
        lines.append(ToolLine(tool, count(number), word, mark))
    return tuple(lines)


def _counted(network: NetworkMeasurement, catalogue: Catalogue) -> Iterator[tuple[str, str, int]]:
    yield catalogue.text("tools.grader"), "MACs", network.macs
    yield catalogue.text("tools.grader"), "FLOPs", network.flops
    for tool, words in network.conventions.items():
        yield from ((tool, word, number) for word, number in words.items() if "param" not in word)


def _reported(text: str) -> str:
    digits = text.removesuffix(".0")
    return count(int(digits)) if digits.isdecimal() and len(digits) < 20 else safe_line(text, 24)


def _is_same(reported: CheckResult, tool: str, word: str, number: int) -> bool:
    """Whether the student's number is this one: digit by digit, or by the convention that the check found."""
    facts: list[Mapping[str, object]] = [n.facts for n in reported.notes if n.reason == Reason.REPORTED_CONVENTION]
    named = any(each.get("tool") == tool and each.get("word") == word for each in facts)
    return named or (reported.actual or "").removesuffix(".0").replace(",", "") == str(number)
