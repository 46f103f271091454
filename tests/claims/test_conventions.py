"""A number is recognised by what tools print, and a word by what it counts."""

from __future__ import annotations

import pytest

from grader.claims.conventions import Family, family_of, named_by, recognise_compute, recognise_params
from grader.claims.numbers import Number, read_number
from tests.hw4_evidence import network


def number(given: object) -> Number:
    """A number that can be read."""
    found = read_number(given)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("FLOPs", Family.FLOPS),
        ("flops", Family.FLOPS),
        ("GFLOPS", Family.FLOPS),
        ("MACs", Family.MACS),
        ("mult-adds", Family.MACS),
        ("Multiply-Adds", Family.MACS),
        ("multiply-accumulates", Family.MACS),
        ("MAdd", Family.MACS),
        ("params", Family.PARAMS),
        ("total_params", Family.PARAMS),
        ("bananas", None),
        ("", None),
        ("浮點", None),
    ],
)
def test_word_counts_one_thing(word: str, family: Family | None) -> None:
    """Each spelling belongs to parameters, multiply-adds, operations, or nothing."""
    assert family_of(word) is family


def test_own_tool_is_named_before_others() -> None:
    """When several tools print the number under that word, the student's own is named."""
    measured = network(conventions={"fvcore": {"flops": 7}, "thop": {"flops": 7}}, macs=7, flops=14)
    found = recognise_compute(number(7), measured)
    assert [each.tool for each in found] == ["grader", "fvcore", "thop"]
    named = named_by("FLOPs", found, "thop 0.1.1")
    assert named is not None and named.tool == "thop"
    assert named_by("MACs", found, "thop") == found[0]
    assert named_by("params", found, "") is None


def test_params_of_a_tool_that_counts_otherwise_are_recognised() -> None:
    """A tool's own count of parameters is right, under that tool's name."""
    measured = network(conventions={"thop": {"params": 30}})
    found = recognise_params(number("30.0"), measured)
    assert found is not None and (found.tool, found.word) == ("thop", "params")
    assert recognise_params(number(31), measured) is None
