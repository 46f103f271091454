"""Q2's numbers beside each other: workings set as arithmetic, the slip struck, the right line worked out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.domain.result import HandRow
from grader.report.catalogue import load_catalogue
from grader.report.hand_view import corrections, hand_lines, right_working, working_text
from tests.report.samples import measured

WORDS = load_catalogue()
ROW = HandRow("conv1", (64, 55, 55), 23_296, 23_296, 23_296, "3 x 11^2 x 64 + 64 = 23296", 23_296, "agrees")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("3 x 11^2 x 64 + 64 = 23296", "3 × 11² × 64 + 64"),
        ("3*11**2*64+64", "3 × 11² × 64 + 64"),
        ("(3X11X11+1)X64 = 23296", "(3 × 11 × 11 + 1) × 64"),
        ("3\u00d711\u00b2\u00d764 = 23296", "3×11²×64"),
        ("exp(2) x 3", "exp(2) × 3"),
        ("", ""),
        ("= 5", ""),
        ("2^10", "2^10"),
    ],
)
def test_working_is_set_as_arithmetic(written: str, shown: str) -> None:
    """Real signs and powers, without the result; what is no working stays as written."""
    assert working_text(written) == shown


def test_working_of_a_million_characters_is_cut() -> None:
    """A table cell stays a table cell."""
    assert len(working_text("1+" * 500_000)) <= 90


def test_each_verdict_has_its_words_and_style() -> None:
    """Agreement, an allowed difference, three kinds of wrong, nothing given, and a carried total."""
    rows = [
        ROW,
        replace(ROW, code=71_184, hand=71_184, verdict="differs_from_reference"),
        replace(ROW, hand=1, verdict="wrong"),
        replace(ROW, hand=None, verdict="wrong"),
        replace(ROW, hand=590_800, working_gives=590_080, verdict="arithmetic"),
        replace(ROW, hand=None, working="", verdict="missing"),
        replace(ROW, path="", is_total=True, verdict="carried"),
    ]
    lines = hand_lines(rows, WORDS)
    kinds = ["agrees", "allowed", "wrong", "wrong", "wrong", "missing", "carried"]
    assert [line.kind for line in lines] == kinds
    assert "23,296" in lines[2].verdict
    assert lines[3].verdict == WORDS.text("verdict.unread")
    assert "590,080" in lines[4].verdict
    assert (lines[5].hand, lines[6].layer, lines[6].working) == ("–", "Total", "")


def test_hostile_layer_name_is_one_short_line() -> None:
    """A name with control characters and markup stays data."""
    (line,) = hand_lines([replace(ROW, path="<b>\x1b[0m" + "x" * 999)], WORDS)
    assert line.layer.startswith("<b>\\x1b[0m")
    assert len(line.layer) <= 24


def test_right_working_comes_from_the_measured_layer() -> None:
    """Channels, kernel and bias of the student's own network, not of the lecture's."""
    network = measured()
    assert "".join(right_working("conv2", network).split()) == "64×5²×196+196"
    assert "".join(right_working("fc3", network).split()) == "1024×1000+1000"
    assert right_working("conv9", network) == ""
    assert right_working("conv1", None) == ""


def test_depthwise_working_counts_the_channels_of_a_group() -> None:
    """64 groups of 64 channels: one input channel for each filter."""
    network = measured()
    first = network.layers[0]
    config = {
        "in_channels": 64,
        "out_channels": 64,
        "kernel_size": [3, 5],
        "groups": 64,
        "bias": False,
    }
    changed = replace(network, layers=(replace(first, config=config),))
    assert "".join(right_working("conv1", changed).split()) == "1×3×5×64"


def test_correction_shows_the_first_slip_between_its_neighbours() -> None:
    """Nothing where nothing is wrong, nor where the wrong line has no number."""
    rows = [replace(ROW, path=f"conv{n}") for n in (1, 2, 3, 4)]
    assert corrections(rows, measured()) == ()
    slip = replace(rows[2], hand=5, working="1 x 5 = 5", verdict="wrong")
    found = corrections([rows[0], rows[1], slip, rows[3]], measured())
    assert [line.layer for line in found] == ["conv2", "conv3", "conv4"]
    assert found[1].struck == "1 × 5 = 5"
    assert found[1].right.endswith("= 23296")
    assert corrections([rows[0], replace(slip, hand=None)], measured()) == ()
