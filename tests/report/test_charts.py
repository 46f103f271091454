"""Charts are well-formed SVG that holds its numbers as text and nothing of a student's as markup."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element, fromstring

import pytest

from grader.report.charts import class_bars, columns, confusion, curve, ring

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> Element:
    """The chart as a tree, with nothing but drawing in it."""
    tree = fromstring(svg)  # noqa: S314  (our own chart)
    assert tree.tag == f"{SVG}svg"
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= {
        *("svg", "g", "rect", "line", "text", "circle", "path", "polyline"),
    }
    return tree


def texts(svg: str) -> list[str]:
    """What can be read in it."""
    return [each.text or "" for each in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(("share", "waiting"), [(0.0, 0.0), (0.47, 0.52), (1.0, 0.0), (1.3, 0.5), (-1.0, 2.0)])
def test_ring_never_leaves_its_round(share: float, waiting: float) -> None:
    """Bonus fills it and no more; its arcs together are at most one round."""
    tree = parsed(ring(share, "96 %", waiting=waiting))
    dashes = [each.get("stroke-dasharray") for each in tree.iter(f"{SVG}circle")]
    drawn = sum(float(dash.split()[0]) for dash in dashes if dash)
    assert drawn <= 2 * math.pi * 41 + 0.2
    assert "96 %" in texts(ring(share, "96 %"))


def test_bars_mark_weak_classes_with_more_than_colour() -> None:
    """A weak class has an arrow at its number."""
    svg = class_bars([("cat", 0.5, "50.0 %"), ("dog", 0.9, "90.0 %")], weak=["cat"], tick=0.7)
    assert "▼ 50.0 %" in texts(svg)
    assert "90.0 %" in texts(svg)


def test_confusion_has_every_number() -> None:
    """Each cell that is not empty can be read."""
    shown = texts(confusion(["a", "b"], [[5, 2], [0, 7]]))
    assert {"5", "2", "7"} <= set(shown)


def test_charts_of_nothing_are_still_charts() -> None:
    """An empty class, one epoch's neighbour, no column at all."""
    for svg in (columns([0] * 11, [str(n) for n in range(11)]), confusion([], []), class_bars([])):
        parsed(svg)
    assert "99.5 %" in texts(curve([0.9, 0.995], ["1", "2"], ["90.0 %", "99.5 %"], least=0.9, axis="Epoch"))


@pytest.mark.parametrize("name", ["</text><script>", "&amp;\"'", "]]>"])
def test_label_is_text_and_never_markup(name: str) -> None:
    """Class names come from a data set, but charts trust nobody."""
    assert name in texts(class_bars([(name, 0.5, "50")]))
    assert name in texts(confusion([name, "b"], [[1, 0], [0, 1]]))
