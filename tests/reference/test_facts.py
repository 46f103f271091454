"""Every fact of tests/facts.toml: what the lectures print against what our code computes."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reference.facts import Fact, load_facts
from tests.reference import of_arithmetic, of_networks, of_programs, of_scores, of_tables

FACTS = load_facts()
HOMES = (of_arithmetic, of_networks, of_tables, of_programs, of_scores)


def compute(fact: Fact) -> Any:
    """The other side of a fact, from the function that it names."""
    (function,) = (
        vars(home)[fact.by] for home in HOMES if getattr(vars(home).get(fact.by), "__module__", "") == home.__name__
    )
    arguments = dict(fact.of)
    if isinstance(arguments.get("inputs"), str):
        arguments["inputs"] = FACTS.inputs[arguments["inputs"]]
    return function(**arguments)


def is_number(value: Any) -> bool:
    """True for what is compared as a number; True and False are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def agrees(actual: Any, wanted: Any) -> bool:
    """Equal, lists item by item; whole numbers exactly, others within what doubles lose in a few sums."""
    if isinstance(wanted, list):
        return len(actual) == len(wanted) and all(map(agrees, actual, wanted))
    if isinstance(wanted, float) and is_number(actual):
        return actual == pytest.approx(wanted, rel=1e-14, abs=1e-14)
    return type(actual) is type(wanted) and actual == wanted


@pytest.mark.parametrize("fact", FACTS.facts, ids=lambda fact: fact.id)
def test_fact_is_what_our_code_computes(fact: Fact) -> None:
    """The true value of each statement comes out of our code."""
    actual = compute(fact)
    if fact.value is None and fact.rounding is not None:
        actual = fact.rounding.apply_all(actual)
    assert agrees(actual, fact.truth), f"{fact.says} computed {actual}, want {fact.truth}"


@pytest.mark.parametrize("fact", [f for f in FACTS.facts if f.rounding and f.value], ids=lambda fact: fact.id)
def test_printed_number_is_the_rounded_one(fact: Fact) -> None:
    """Where a lecture rounds, its number is the exact one rounded or cut off as the fact says."""
    assert fact.rounding is not None
    assert fact.rounding.apply_all(fact.value) == fact.printed


@pytest.mark.parametrize("fact", [f for f in FACTS.facts if f.is_erratum], ids=lambda fact: fact.id)
def test_erratum_prints_another_number(fact: Fact) -> None:
    """An erratum is one: what the lecture prints is not what comes out, and it says why."""
    assert fact.printed is not None and fact.why
    assert not agrees(compute(fact), fact.printed)


@pytest.mark.parametrize("fact", [f for f in FACTS.facts if not f.is_erratum], ids=lambda fact: fact.id)
def test_fact_that_holds_prints_the_truth(fact: Fact) -> None:
    """Where nothing is rounded, a printed number that holds is the true one."""
    assert fact.verdict == "holds" and not fact.why
    if fact.printed is not None and fact.rounding is None:
        assert agrees(fact.truth, fact.printed) or fact.truth == fact.printed


def test_facts_have_different_ids() -> None:
    """No id stands twice, or both among the facts and among what is left out."""
    ids = Counter([*(fact.id for fact in FACTS.facts), *FACTS.left_out])
    assert [name for name, n in ids.items() if n > 1] == []


def test_tables_of_lecture_002_are_whole() -> None:
    """All 86 rows with weights of its three tables are facts: 11 of VGG, 12 of NiN, 63 of GoogLeNet."""
    rows = Counter(fact.of["network"] for fact in FACTS.facts if fact.by == "table_row")
    assert rows == {"vgg-cifar": 11, "nin": 12, "googlenet-cifar": 63}
    for network, n in rows.items():
        assert len(of_tables.layers(network)) == n


def test_facts_cover_the_notes_on_the_lectures() -> None:
    """Every id of the notes is a fact or left out with a reason, and the errata are the same ones."""
    shared = Path(os.environ.get("GRADER_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "facts" / "seed_facts.json"
    if not path.is_file():
        pytest.skip(f"no notes at {path}; GRADER_SHARED names another place")
    notes = {note["id"]: note["verdict"] for note in json.loads(path.read_text("utf-8"))}
    assert notes.keys() == FACTS.by_id.keys() | FACTS.left_out.keys()
    assert {name for name, verdict in notes.items() if verdict == "erratum"} == {
        fact.id for fact in FACTS.facts if fact.is_erratum
    }
