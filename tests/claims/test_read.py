"""answers.toml as data: everything readable is read, everything else becomes a problem."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.claims.read import read_claims, read_hand
from grader.domain.reason import Reason


def reasons(answers: dict[str, Any], question: str = "q2") -> list[str]:
    """The reasons of all problems."""
    return [problem.reason for problem in read_claims(answers, question).problems]


@pytest.mark.parametrize(
    ("row", "value", "gives"),
    [
        ("3 x 11^2 x 64 + 64 = 23296", 23296, 23296),
        ("23,296 = 3 × 11² × 64 + 64", 23296, 23296),
        ("conv1: (3*11*11)*64 + 64 = 23232 + 64 = 23296", 23296, 23296),
        ("in × k² × out + out = 3 × 11² × 64 + 64 = 23296 parameters", 23296, 23296),
        ("3 x 11^2 x 64 + 64", 23296, 23296),
        ("3 x 11^2 x 64 + 64 = 23296 個", 23296, 23296),
        ("23296", 23296, None),
        ("23,296 params", 23296, None),
        (23296, 23296, None),
        (23296.0, 23296, None),
        ("3 x 11^2 x 64 + 64 = 23269", 23269, 23296),
        ("k² · in · out = 23296", 23296, None),
    ],
)
def test_hand_row_is_read_in_any_form(row: object, value: int, gives: int | None) -> None:
    """Working and number are found in either order, among words, or alone."""
    claim = read_hand("conv1", row)
    assert claim is not None
    assert (claim.value, claim.gives) == (value, gives)
    assert claim.slipped is (gives is not None and gives != value)


@pytest.mark.parametrize("row", ["a lot", "3 x y", True, [1], {}, 1.5, -3, "1" * 400, "= = ="])
def test_hand_row_that_cannot_be_read_says_what_is_in_the_way(row: object) -> None:
    """An unreadable row has no value and names the part."""
    claim = read_hand("conv1", row)
    assert claim is not None
    assert claim.value is None
    assert claim.unreadable


def test_empty_row_is_no_row() -> None:
    """The starter's empty quotes count as not answered."""
    assert read_hand("conv1", "") is None
    assert read_hand("conv1", "   ") is None


def test_total_is_kept_apart_from_the_rows() -> None:
    """The total is no layer, whatever case it is written in."""
    claims = read_claims({"q2": {"hand": {"conv1": "1+1 = 2", "Total": 2}}}, "q2")
    assert [claim.key for claim in claims.hand] == ["conv1"]
    assert claims.total is not None and claims.total.value == 2


def test_unquoted_dotted_keys_are_one_name() -> None:
    """features.0 without quotes arrives as a table in a table, and is read as features.0."""
    claims = read_claims({"q2": {"hand": {"features": {"0": "2", "3": "4"}}}}, "q2")
    assert [claim.key for claim in claims.hand] == ["features.0", "features.3"]


def test_reported_numbers_take_label_from_their_unit() -> None:
    """ "0.7 GFLOPs" says FLOPs, and a line `macs = ` says MACs, when no label is given."""
    assert read_claims({"q2": {"reported": {"flops": "0.7 GFLOPs"}}}, "q2").reported.label == "FLOPs"
    assert read_claims({"q2": {"reported": {"macs": 7}}}, "q2").reported.label == "MACs"
    assert read_claims({"q2": {"reported": {"flops": "0.7 G", "label": "MACs"}}}, "q2").reported.label == "MACs"


@pytest.mark.parametrize(
    ("given_as", "share"),
    [
        (0.98, 0.98),
        ("0.98", 0.98),
        ("98%", 0.98),
        ("98.5 ％", 0.985),
        (98, 0.98),
        (1, 1.0),
        (1.0, 1.0),
        ("1 %", 0.01),
        (0, 0.0),
    ],
)
def test_metric_is_a_share_of_one(given_as: object, share: float) -> None:
    """Shares and percentages are one thing."""
    assert read_claims({"q3": {"claimed": {"accuracy": given_as}}}, "q3").claimed == {"accuracy": share}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"q2": {}}, []),
        ({"q2": 5}, [Reason.ANSWERS_WRONG_TYPE]),
        ({"q2": {"hand": [1]}}, [Reason.ANSWERS_WRONG_TYPE]),
        ({"q2": {"reported": {"flopps": 1}}}, [Reason.ANSWERS_UNKNOWN_KEY]),
        ({"q2": {"claimed": {"accuracy": "good"}}}, [Reason.ANSWERS_WRONG_TYPE]),
        ({"q2": {"claimed": {"accuracy": 101}}}, [Reason.ANSWERS_WRONG_TYPE]),
        ({"q2": {"claimed": {"accuracy": ""}}}, []),
    ],
)
def test_what_is_not_understood_is_a_problem(answers: dict[str, Any], expected: list[str]) -> None:
    """Wrong types and unknown keys are named, empty places are not."""
    assert reasons(answers) == expected


toml_values = st.recursive(
    st.text(max_size=40) | st.text("0123456789+*=()^×². :", max_size=20) | st.integers() | st.floats() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from(["q2", "hand", "reported", "claimed", "total", "conv1", "params", "flops", "accuracy"])
answer_tables = st.dictionaries(
    keys, st.dictionaries(keys, st.dictionaries(keys, toml_values, max_size=4) | toml_values, max_size=4), max_size=3
)


@given(answer_tables)
def test_no_answers_raise(answers: dict[str, Any]) -> None:
    """Any table gives claims with only known metrics."""
    claims = read_claims(answers, "q2")
    assert set(claims.claimed) <= {"accuracy", "precision", "recall", "f1"}
    assert all(0 <= share <= 1 for share in claims.claimed.values())
