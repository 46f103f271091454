"""Rows of a hand calculation find their layers, are judged, and stand in the report's table."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace

import pytest

from grader.bundled import bundled
from grader.claims.hand import RowVerdict, judge_hand
from grader.claims.read import Claims, read_claims
from grader.claims.rows import match_rows, rows_of
from grader.claims.truth import table_of, truth_for
from tests.hw4_evidence import LECTURE, answers, hand_rows, network, with_192_as

EXPECTED = tomllib.loads((bundled("assignments") / "hw4" / "expected.toml").read_text("utf-8"))["q2"]


def claims(hand: dict[str, object]) -> Claims:
    """Claims with these rows."""
    return read_claims({"q2": {"hand": hand}}, "q2")


def names_matched(keys: list[str], paths: list[str] | None = None) -> list[str]:
    """The rows that these keys find, among the lecture's layers or layers of these paths."""
    measured = network()
    if paths:
        layers = tuple(replace(layer, path=path) for layer, path in zip(measured.layers, paths, strict=True))
        measured = replace(measured, layers=layers)
    return list(match_rows(rows_of(measured), claims({key: "1" for key in keys}).hand))


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["conv1", "fc3"], ["conv1", "fc3"]),
        (["Conv_1", "FC-3"], ["conv1", "fc3"]),
        (["convolution 2", "linear1", "dense2"], ["conv2", "fc1", "fc2"]),
        (["conv1", "fc6", "fc7", "fc8"], ["conv1", "fc1", "fc2", "fc3"]),
        (["conv9", "pool1", "x"], []),
    ],
)
def test_rows_are_found_by_the_names_students_use(keys: list[str], found: list[str]) -> None:
    """Case, separators and the paper's fc6 to fc8 make no difference."""
    assert names_matched(keys) == found


def test_rows_are_found_by_the_path_of_the_layer_first() -> None:
    """A key that is a layer's own path means that layer, whatever its place in the order."""
    paths = ["features.0", "features.3", "conv1", "d", "e", "classifier.1", "classifier.4", "classifier.6"]
    assert names_matched(["features.0", "classifier.6"], paths) == ["conv1", "fc3"]
    assert names_matched(["conv1"], paths) == ["conv3"]


def test_shared_weights_are_counted_once() -> None:
    """A layer whose parameters were counted in an earlier row is not asked for."""
    measured = network()
    again = replace(measured.layers[0], path="again", params=0)
    assert len(rows_of(replace(measured, layers=(*measured.layers, again)))) == 8


def test_order_of_answers_changes_nothing() -> None:
    """Any permutation of the rows is judged alike."""
    rows = list({**hand_rows(network()), "conv2": "1", "total": "2"}.items())
    truths = rows_of(network())
    first = judge_hand(claims(dict(rows)), truths, params=1)
    for seed in range(20):
        random.Random(seed).shuffle(rows)
        assert judge_hand(claims(dict(rows)), truths, params=1) == first


def test_total_may_count_the_listed_layers_or_all_parameters() -> None:
    """With parameters outside the rows (batch norm) both totals are right."""
    measured = network()
    rows = rows_of(measured)
    for total in (measured.params, measured.params + 500):
        judged = judge_hand(claims({**hand_rows(measured), "total": total}), rows, params=measured.params + 500)
        assert judged.total.verdict is RowVerdict.AGREES


def test_table_puts_reference_code_and_hand_side_by_side() -> None:
    """The 196-channel network differs from the reference in two rows, and that is allowed."""
    measured = network(with_192_as(196))
    table = table_of(read_claims(answers(measured), "q2"), measured, EXPECTED)
    assert [row.path for row in table] == [*(layer.path for layer in measured.layers), "total"]
    assert [row.code for row in table] == [*(layer.params for layer in measured.layers), measured.params]
    reference = network(LECTURE)
    assert [row.reference for row in table] == [*(layer.params for layer in reference.layers), reference.params]
    verdicts = {row.path: row.verdict for row in table}
    assert {path for path, verdict in verdicts.items() if verdict == "differs_from_reference"} == {
        "conv2",
        "conv3",
        "total",
    }
    assert {verdicts["conv1"], verdicts["fc3"]} == {"agrees"}
    assert [row.output_shape for row in table][:2] == [(64, 55, 55), (196, 27, 27)]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("256 x 3^2 x 256 + 256 = 590800", "arithmetic"),
        ("5", "wrong"),
        ("", "missing"),
        ("?", "wrong"),
        ("256 x 3^2 x 256", "wrong"),
    ],
)
def test_table_has_its_six_words(row: str, verdict: str) -> None:
    """Each way to be wrong has one of the table's verdicts."""
    given = answers(network())
    given["q2"]["hand"]["conv5"] = row
    table = table_of(read_claims(given, "q2"), network(), EXPECTED)
    assert next(line.verdict for line in table if line.path == "conv5") == verdict


def test_table_without_code_has_no_code_column() -> None:
    """Without a measured network the rows are the reference's own, with shapes by formula."""
    table = table_of(Claims(), None, EXPECTED)
    assert {row.code for row in table} == {None}
    assert [row.output_shape for row in table[:-1]] == [layer.output_shape[1:] for layer in network().layers]
    assert {row.verdict for row in table} == {"missing"}
    assert truth_for(Claims(), None, EXPECTED).params == network().params
