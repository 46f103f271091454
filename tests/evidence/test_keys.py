"""Evidence keys: everything that may change a record changes its key."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from grader.domain.assignment import Budget, Probe, Selector
from grader.evidence.keys import evidence_key

PROBE = Probe(
    name="network",
    kind="network",
    question="q2",
    selector=Selector("q2", ("Net",), 3, 1000),
    input_shape=(3, 224, 224),
    build_arguments={"num_classes": 1000},
    budgets={"mnist": Budget(3, 300.0)},
)
GIVEN: dict[str, Any] = {
    "dataset": "d",
    "seed": 0,
    "device": "cpu",
    "level": "ns",
    "versions": {"torch": "2.15.0", "python": "3.11"},
    "material": "m",
}


def test_key_is_a_hash_and_the_same_every_time() -> None:
    """64 hex digits; the order of mappings and versions of other packages play no part."""
    key = evidence_key("s", PROBE, **GIVEN)
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    versions = {"python": "3.13", "torch": "2.15.0"}
    assert evidence_key("s", replace(PROBE), **{**GIVEN, "versions": versions}) == key


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "e"},
        {"seed": 1},
        {"device": "cuda"},
        {"level": "ll"},
        {"versions": {"torch": "2.16.0"}},
        {"material": "n"},
    ],
    ids=str,
)
def test_key_follows_the_surroundings(change: dict[str, Any]) -> None:
    """Data set, seed, device, jail level, torch and other material each make another key."""
    assert evidence_key("s", PROBE, **{**GIVEN, **change}) != evidence_key("s", PROBE, **GIVEN)


@pytest.mark.parametrize(
    "probe",
    [
        replace(PROBE, import_s=9.0),
        replace(PROBE, forward_s=9.0),
        replace(PROBE, input_shape=(3, 227, 227)),
        replace(PROBE, selector=Selector("q2", ("Net", "CNN"), 3, 1000)),
        replace(PROBE, build_arguments={"num_classes": 10}),
        replace(PROBE, budgets={"mnist": Budget(4, 300.0)}),
        replace(PROBE, name="other"),
    ],
    ids=["import_s", "forward_s", "input_shape", "selector", "build_arguments", "budgets", "name"],
)
def test_key_follows_the_probe_with_its_limits(probe: Probe) -> None:
    """Any field of the probe's specification makes another key, and so do the files."""
    assert evidence_key("s", probe, **GIVEN) != evidence_key("s", PROBE, **GIVEN)
    assert evidence_key("t", PROBE, **GIVEN) != evidence_key("s", PROBE, **GIVEN)
