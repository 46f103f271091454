"""Judges a hand calculation row by row against the layers it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.claims.assign import assign
from grader.claims.read import Claims, HandClaim
from grader.claims.rows import TruthRow, match_rows
from grader.domain.result import HandRow


class RowVerdict(StrEnum):
    """What is to be said of one row, or of the total."""

    AGREES = "agrees"
    WRONG = "wrong"
    ARITHMETIC = "arithmetic"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    BIAS_FORGOTTEN = "bias_forgotten"
    BIAS_COUNTED = "bias_counted"
    CHANNELS_FORGOTTEN = "channels_forgotten"
    CARRIED = "carried"


@dataclass(frozen=True)
class JudgedRow:
    """A layer, what the student wrote for it, and the verdict."""

    truth: TruthRow
    claim: HandClaim | None
    verdict: RowVerdict


@dataclass(frozen=True)
class JudgedTotal:
    """The total beside the truth and beside the sum of the student's own rows."""

    claim: HandClaim | None
    verdict: RowVerdict
    truth: int
    own_sum: int | None


@dataclass(frozen=True)
class JudgedHand:
    """A whole hand calculation, judged."""

    rows: tuple[JudgedRow, ...]
    total: JudgedTotal


def judge_hand(claims: Claims, truths: Sequence[TruthRow], *, params: int) -> JudgedHand:
    """Judge every row and the total; `params` counts the whole network."""
    written = assign(claims.equations, truths, params=params)
    matched = {**written.rows, **match_rows(truths, claims.hand)}
    rows = tuple(_judge_row(truth, matched.get(truth.name)) for truth in truths)
    return JudgedHand(rows, _judge_total(claims.total or written.total, rows, params))


def _judge_row(truth: TruthRow, claim: HandClaim | None) -> JudgedRow:
    return JudgedRow(truth, claim, _row_verdict(truth, claim))


def _row_verdict(truth: TruthRow, claim: HandClaim | None) -> RowVerdict:
    if claim is None:
        return RowVerdict.MISSING
    value = claim.value
    if value is None:
        return RowVerdict.UNREADABLE
    if value == truth.params:
        return RowVerdict.AGREES
    if claim.slipped:
        return RowVerdict.ARITHMETIC
    if truth.bias and value == truth.params - truth.bias:
        return RowVerdict.BIAS_FORGOTTEN
    if not truth.bias and truth.biases_possible and value == truth.params + truth.biases_possible:
        return RowVerdict.BIAS_COUNTED
    for_one_input = (truth.params - truth.bias) // truth.inputs if truth.inputs > 1 else 0
    if for_one_input and value in (for_one_input, for_one_input + truth.bias):
        return RowVerdict.CHANNELS_FORGOTTEN
    return RowVerdict.WRONG


def _judge_total(claim: HandClaim | None, rows: Sequence[JudgedRow], params: int) -> JudgedTotal:
    own_sum = _own_sum(rows)
    listed = sum(row.truth.params for row in rows)
    if claim is None:
        verdict = RowVerdict.MISSING
    elif claim.value is None:
        verdict = RowVerdict.UNREADABLE
    elif claim.value in (params, listed):
        verdict = RowVerdict.AGREES
    elif claim.value == own_sum:
        verdict = RowVerdict.CARRIED
    else:
        verdict = RowVerdict.ARITHMETIC if claim.slipped else RowVerdict.WRONG
    return JudgedTotal(claim, verdict, params, own_sum)


def _own_sum(rows: Sequence[JudgedRow]) -> int | None:
    """The sum of the student's rows; None when half of them or more are not there to be summed."""
    values = [row.claim.value for row in rows if row.claim is not None and row.claim.value is not None]
    return sum(values) if 2 * len(values) > len(rows) else None


def hand_table(judged: JudgedHand, reference: Sequence[TruthRow], *, measured: bool) -> tuple[HandRow, ...]:
    """The rows as the report prints them; `measured` says that the truth is the student's own code."""
    known = {row.name: row for row in reference}
    rows = tuple(_table_row(row, known.get(row.truth.name), measured) for row in judged.rows)
    total = judged.total
    reference_total = sum(row.params for row in reference)
    last = HandRow(
        path="total",
        output_shape=(),
        reference=reference_total,
        code=total.truth if measured else None,
        hand=total.claim.value if total.claim else None,
        working=total.claim.working if total.claim else "",
        working_gives=total.claim.gives if total.claim else None,
        verdict=_shown(total.verdict, differs=measured and reference_total != total.truth),
        is_total=True,
        place=total.claim.place if total.claim else None,
    )
    return (*rows, last)


def _table_row(row: JudgedRow, reference: TruthRow | None, measured: bool) -> HandRow:
    truth, claim = row.truth, row.claim
    differs = measured and reference is not None and reference.params != truth.params
    return HandRow(
        path=truth.path or truth.name,
        output_shape=truth.output_shape,
        reference=reference.params if reference else None,
        code=truth.params if measured else None,
        hand=claim.value if claim else None,
        working=claim.working if claim else "",
        working_gives=claim.gives if claim else None,
        verdict=_shown(row.verdict, differs=differs),
        place=claim.place if claim else None,
    )


def _shown(verdict: RowVerdict, *, differs: bool) -> str:
    """The table's own six words for a verdict."""
    if verdict is RowVerdict.AGREES:
        return "differs_from_reference" if differs else "agrees"
    if verdict in (RowVerdict.ARITHMETIC, RowVerdict.MISSING, RowVerdict.CARRIED):
        return str(verdict)
    return "wrong"
