"""What a hand calculation is judged by: the student's own network, else a named one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.claims.architectures import called, read_architectures
from grader.claims.hand import JudgedHand, hand_table, judge_hand
from grader.claims.read import Claims
from grader.claims.rows import TruthRow, rows_of
from grader.domain.measurement import NetworkMeasurement
from grader.domain.result import HandRow


@dataclass(frozen=True)
class HandTruth:
    """The rows and total to judge by. `measured` says that they come from the student's own code."""

    rows: tuple[TruthRow, ...]
    params: int
    measured: bool
    reference: tuple[TruthRow, ...]


def truth_for(claims: Claims, network: NetworkMeasurement | None, expected: Mapping[str, Any]) -> HandTruth:
    """The student's own network where it was measured; else the named one they say it is; else the reference."""
    known = read_architectures(expected)
    shape = tuple(expected.get("input_shape", ()))
    reference = known[0].rows(shape)
    if network is not None and (rows := rows_of(network)):
        return HandTruth(rows, network.params, True, reference)
    architecture = called(claims.reported.architecture, known) or known[0]
    return HandTruth(architecture.rows(shape), architecture.params, False, reference)


def judge_claims(claims: Claims, network: NetworkMeasurement | None, expected: Mapping[str, Any]) -> JudgedHand:
    """The hand calculation of a question, judged."""
    truth = truth_for(claims, network, expected)
    return judge_hand(claims, truth.rows, params=truth.params)


def table_of(claims: Claims, network: NetworkMeasurement | None, expected: Mapping[str, Any]) -> tuple[HandRow, ...]:
    """The hand calculation of a question beside code and reference, for the report."""
    truth = truth_for(claims, network, expected)
    judged = judge_hand(claims, truth.rows, params=truth.params)
    return hand_table(judged, truth.reference, measured=truth.measured)
