"""Homework 4's reported numbers, labels and architecture: right under any convention that a tool prints."""

from __future__ import annotations

from typing import Any

import pytest

from grader.domain.reason import Reason
from tests.assignments.hw4_graded import graded, handing_in, reasons_of
from tests.hw4_evidence import LECTURE, network, with_192_as

# --- reported numbers ---------------------------------------------------------------


@pytest.mark.parametrize("params", ["45442856.0", "45,442,856", 45442856.0, "45.44M", "45.4 million", "4544.3萬"])
def test_params_may_be_written_in_any_way(params: object) -> None:
    """Any notation of the right number is right."""
    assert graded(handing_in(params=params))["params_reported"].points == 4


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        (61100840, Reason.REPORTED_WRONG),
        ("45.43M", Reason.REPORTED_WRONG),
        ("", Reason.REPORTED_MISSING),
        ("many", Reason.ANSWERS_WRONG_TYPE),
        ([1], Reason.ANSWERS_WRONG_TYPE),
    ],
)
def test_params_that_are_not_the_networks_lose_their_points(params: object, reason: Reason) -> None:
    """A number of another network, none, or no number: no points, and the reason."""
    check = graded(handing_in(params=params))["params_reported"]
    assert (check.points, check.reason) == (0, reason)


@pytest.mark.parametrize(
    ("flops", "label", "tool", "earned"),
    [
        (lambda n: n.macs, "MACs", "thop", 6),
        (lambda n: n.macs, "FLOPS", "thop", 6),
        (lambda n: n.flops, "FLOPs", "FlopCounterMode", 6),
        (lambda n: f"{n.macs / 1e9:.1f} GFLOPs", "", "", 6),
        (lambda n: f"{n.macs / 1e6:.2f}M", "multiply-adds", "ptflops", 6),
        (lambda n: n.conventions["torchinfo"]["mult_adds"], "mult-adds", "torchinfo", 6),
        (lambda n: n.flops, "MACs", "", 4),
        (lambda n: n.macs, "params", "", 4),
        (lambda n: n.macs, "", "", 4),
        (lambda n: n.macs + 1, "MACs", "thop", 0),
        (lambda n: 3 * n.macs, "FLOPs", "thop", 0),
    ],
)
def test_flops_are_right_under_any_convention_that_a_tool_prints(
    flops: Any, label: str, tool: str, earned: int
) -> None:
    """Number 4, label 2; a label is wrong only when no tool prints that number under that word."""
    checks = graded(handing_in(flops=flops(network()), label=label, tool=tool))
    assert checks["flops_reported"].points + checks["flops_label"].points == earned
    if not checks["flops_reported"].points:
        assert checks["flops_label"].reason == Reason.PREREQUISITE


def test_convention_of_a_number_is_named() -> None:
    """The report says which tool prints the student's number, and under which word."""
    mult_adds = network().conventions["torchinfo"]["mult_adds"]
    check = graded(handing_in(flops=mult_adds, label="MACs"))["flops_reported"]
    assert check.notes[0].facts == {"tool": "torchinfo", "word": "mult_adds"}


# --- architecture -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "bias", "layer", "own"),
    [
        (with_192_as(200), True, "conv2", "Conv2d(64, 200, 5)"),
        (LECTURE, False, "conv1", "Conv2d(3, 64, 11, bias=False)"),
        (LECTURE[:-1], True, "fc3", "-"),
        ((*LECTURE, ("fc", 1000, 1000)), True, "fc4", "Linear(1000, 1000)"),
    ],
)
def test_layer_that_makes_a_network_nameless_is_named(sizes: Any, bias: bool, layer: str, own: str) -> None:
    """The first layer that differs from the nearest named network is told, with both sides."""
    check = graded(handing_in(sizes, bias=bias))["architecture_named"]
    assert (check.points, check.reason) == (0, Reason.ARCHITECTURE_UNKNOWN)
    assert (check.facts["layer"], check.facts["own"]) == (layer, own)


def test_architecture_named_otherwise_is_a_note() -> None:
    """Calling the lecture's network torchvision's costs nothing and is said."""
    check = graded(handing_in(architecture="torchvision"))["architecture_named"]
    assert (check.points, reasons_of(check)) == (2, {Reason.ARCHITECTURE_NAMED, Reason.ARCHITECTURE_CLAIMED})
