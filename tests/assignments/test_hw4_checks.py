"""Homework 4's checks: every one passing, failing and skipped, on evidence worked out from sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.domain.evidence import Essay, FileFact, FilesPayload, NetworkPayload
from grader.domain.measurement import Chosen
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.status import Status
from grader.score import score
from tests.assignments.hw4_graded import HW4, by_id, changed, graded, handing_in, points_of_hand, reasons_of
from tests.hw4_evidence import ESSAY, FILES, LECTURE, answers, evidence, hand_rows, network, with_192_as


def test_everything_right_earns_all_points() -> None:
    """The lecture's network with right numbers passes every check with all its points."""
    checks = graded(evidence())
    assert {check.status for check in checks.values()} == {Status.PASSED}
    assert sum(check.points for check in checks.values()) == 53
    assert [check.id for check in checks.values() if check.id.startswith("hand_")] == [
        *(f"hand_conv{n}" for n in range(1, 6)),
        "hand_fc1",
        "hand_fc2",
        "hand_fc3",
        "hand_total",
    ]


@pytest.mark.parametrize("channels", [196, 200, 64])
def test_own_network_is_what_the_numbers_are_judged_by(channels: int) -> None:
    """Other channels than the lecture's lose nothing but, without a name, the architecture's points."""
    checks = graded(handing_in(with_192_as(channels)))
    lost = {name: check.max_points - check.points for name, check in checks.items() if check.points < check.max_points}
    assert lost == ({} if channels == 196 else {"architecture_named": 2})


def test_report_of_196_channels_with_thops_flops_loses_nothing() -> None:
    """The number that thop prints and calls FLOPS is right under that word, with one note."""
    macs = network(with_192_as(196)).macs
    checks = graded(handing_in(with_192_as(196), flops=f"{macs}.0", label="FLOPS", tool="thop"))
    assert checks["flops_label"].points == 2
    assert reasons_of(checks["flops_label"]) == {Reason.LABEL_THOP}


# --- network_runs ---------------------------------------------------------------


def test_network_with_ten_scores_earns_half() -> None:
    """A network that runs and gives ten scores earns half, and the rest is judged on it all the same."""
    checks = graded(handing_in((*LECTURE[:-1], ("fc", 1024, 10))))
    runs = checks["network_runs"]
    assert (runs.points, runs.reason, runs.expected, runs.actual) == (4, Reason.OUTPUT_SHAPE, "1×1000", "1×10")
    assert checks["params_reported"].points == 4


def test_network_that_ignores_its_image_earns_nothing_for_running() -> None:
    """A thousand scores that are always the same are no answer, at the line that makes them."""
    constant = Problem(Reason.OUTPUT_CONSTANT, "hw4.py", 27)
    measured = replace(network(LECTURE), diagnostics=(constant,))
    runs = graded(evidence(q2=NetworkPayload(network=measured)))["network_runs"]
    assert (runs.points, runs.reason, runs.file, runs.line) == (0, Reason.OUTPUT_CONSTANT, "hw4.py", 27)
    assert constant not in runs.notes


def test_broken_network_is_charged_once() -> None:
    """One red line with file and line; what needs the network is skipped, the hand calculation is still judged."""
    problem = Problem(Reason.FORWARD_RAISED, "hw4.py", 12, facts={"error": "NameError", "detail": "conv_5"})
    checks = graded(evidence(q2=NetworkPayload(problem=problem)))
    runs = checks["network_runs"]
    assert (runs.status, runs.reason, runs.file, runs.line) == (Status.FAILED, Reason.FORWARD_RAISED, "hw4.py", 12)
    skipped = {name for name, check in checks.items() if check.status is Status.SKIPPED}
    assert skipped == {"params_reported", "flops_reported", "flops_label", "architecture_named"}
    assert {checks[name].reason for name in skipped} == {Reason.PREREQUISITE}
    assert points_of_hand(checks) + checks["hand_total"].points == 30


def test_declared_architecture_stands_in_for_code_that_does_not_run() -> None:
    """Without a network the rows are judged by the named one that the student says it is."""
    given = answers(network(with_192_as(196)), architecture="196")
    checks = graded(evidence(given=given, q2=NetworkPayload(problem=Problem(Reason.SYNTAX_ERROR, "hw4.py", 3))))
    assert points_of_hand(checks) == 24
    given["q2"]["reported"]["architecture"] = ""
    checks = graded(evidence(given=given, q2=NetworkPayload(problem=Problem(Reason.SYNTAX_ERROR, "hw4.py", 3))))
    assert points_of_hand(checks) == 18


def test_run_that_was_stopped_is_the_networks_failure() -> None:
    """A probe that brought nothing fails the first check with the probe's own problem."""
    checks = graded(evidence(q2=Problem(Reason.RUN_TIMEOUT, facts={"seconds": 22})))
    assert (checks["network_runs"].status, checks["network_runs"].reason) == (Status.FAILED, Reason.RUN_TIMEOUT)


def test_free_form_script_waits_for_a_human() -> None:
    """A script with nothing to call loses no points: all that needs the network waits."""
    checks = graded(evidence(q2=NetworkPayload(problem=Problem(Reason.FREE_FORM_SCRIPT, "hw4.py", 1))))
    waiting = [name for name, check in checks.items() if check.status is Status.NEEDS_REVIEW]
    assert waiting == ["network_runs", "params_reported", "flops_reported", "flops_label", "architecture_named"]


@pytest.mark.parametrize(
    ("chosen", "changes", "reason"),
    [
        (Chosen("A", candidates=("A", "B")), {}, Reason.CLASS_AMBIGUOUS),
        (Chosen("A"), {"graph_without_source": True}, Reason.GRAPH_WITHOUT_SOURCE),
    ],
)
def test_doubtful_network_earns_but_is_looked_at(chosen: Chosen, changes: dict[str, Any], reason: Reason) -> None:
    """A guess among candidates, or a graph that no file explains, keeps its points and asks for a human."""
    grade = score(HW4, evidence(q2=NetworkPayload(chosen, network(**changes))))
    runs = by_id(grade)["network_runs"]
    assert (runs.status, runs.points, runs.reason) == (Status.NEEDS_REVIEW, 8, reason)
    assert grade.flags == ((reason,) if reason is Reason.GRAPH_WITHOUT_SOURCE else ())
    assert by_id(grade)["params_reported"].status is Status.PASSED


def test_dropout_in_eval_is_a_note_with_its_line() -> None:
    """The lecture's own F.dropout costs nothing and is pointed out where it stands."""
    dropout = Problem(Reason.DROPOUT_IN_EVAL, "hw4.py", 30, facts={"p": 0.5})
    payload = NetworkPayload(Chosen("A"), network(diagnostics=(dropout,), eval_deterministic=False))
    runs = graded(evidence(q2=payload))["network_runs"]
    assert (runs.status, runs.points, runs.notes) == (Status.PASSED, 8, (dropout,))


# --- the hand calculation ---------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("590800", Reason.HAND_WRONG),
        ("256 x 3^2 x 256 + 256 = 590800", Reason.HAND_ARITHMETIC),
        ("256 x 5^2 x 256 + 256 = 1638656", Reason.HAND_WRONG),
        (None, Reason.HAND_MISSING),
        ("", Reason.HAND_MISSING),
        ("a lot", Reason.HAND_UNREADABLE),
        (True, Reason.HAND_UNREADABLE),
        ("256 x 3^2 x 256", Reason.BIAS_FORGOTTEN),
    ],
)
def test_wrong_row_loses_its_share(written: object, reason: Reason) -> None:
    """One row of eight loses three points, with the reason that fits."""
    checks = graded(changed("hand", conv5=written))
    assert (checks["hand_conv5"].points, checks["hand_conv5"].reason) == (0, reason)
    assert points_of_hand(checks) == 21
    assert checks["hand_total"].points == 6


def test_total_carries_a_wrong_row_without_a_second_charge() -> None:
    """The right sum of one's own rows is a right total, with a note."""
    total = sum(layer.params for layer in network().layers) - 590080 + 590800
    checks = graded(changed("hand", conv5="590800", total=f"{total:,}"))
    assert checks["hand_total"].points == 6
    assert reasons_of(checks["hand_total"]) == {Reason.TOTAL_CARRIED}


def test_total_that_is_neither_truth_nor_own_sum_is_wrong() -> None:
    """A total that nothing explains loses its six points and nothing else."""
    checks = graded(changed("hand", total="45000000"))
    assert (checks["hand_total"].points, checks["hand_total"].reason) == (0, Reason.TOTAL_WRONG)
    assert points_of_hand(checks) == 24


def test_total_of_a_single_row_carries_nothing() -> None:
    """One row and its sum are no hand calculation of a network with eight."""
    rows: dict[str, object] = {name: None for name in hand_rows(network()) if name != "conv1"}
    checks = graded(changed("hand", **rows, total="23296"))
    assert (points_of_hand(checks), checks["hand_total"].points) == (3, 0)


@pytest.mark.parametrize(("rows", "earned"), [(1, 21), (2, 18), (3, 16), (5, 16), (7, 16), (8, 16)])
def test_forgotten_bias_costs_at_most_eight(rows: int, earned: float) -> None:
    """One cause over many rows is charged up to eight points, exact in hundredths."""
    layers = network().layers
    without = {layer.path: str(layer.params - layer.output_shape[1]) for layer in layers[:rows]}
    checks = graded(changed("hand", **without))
    assert round(points_of_hand(checks), 2) == earned
    assert {checks[f"hand_{name}"].reason for name in without} == {Reason.BIAS_FORGOTTEN}


def test_bias_counted_where_the_code_has_none_is_one_cause() -> None:
    """Rows with a bias that the code does not have are charged as one cause, too."""
    measured = network(bias=False)
    given = answers(measured)
    given["q2"]["hand"] |= hand_rows(network())
    checks = graded(evidence(given=given, q2=NetworkPayload(Chosen("A"), measured)))
    assert (points_of_hand(checks), checks["hand_conv1"].reason) == (16, Reason.BIAS_COUNTED)


def test_rows_share_the_points_whatever_their_number() -> None:
    """Seven weight layers share 24 points to the hundredth."""
    sizes = tuple(size for size in LECTURE if size != ("fc", 4096, 1024))[:-1] + (("fc", 4096, 1000),)
    checks = graded(handing_in(sizes))
    rows = [check for name, check in checks.items() if name.startswith("hand_") and name != "hand_total"]
    assert len(rows) == 7
    assert round(sum(check.max_points for check in rows), 2) == 24 == round(points_of_hand(checks), 2)


def test_right_number_with_another_working_gets_a_note() -> None:
    """What counts is the number; a working that gives another one is pointed out."""
    checks = graded(changed("hand", conv1="3 x 11 x 64 + 64 = 23296"))
    assert (checks["hand_conv1"].points, reasons_of(checks["hand_conv1"])) == (3, {Reason.HAND_ARITHMETIC})


@pytest.mark.parametrize("section", ["hand", "reported"])
def test_empty_section_gives_kind_reasons(section: str) -> None:
    """An empty table loses its points with the reason that it is missing."""
    given = answers(network())
    given["q2"][section] = {}
    checks = graded(evidence(given=given))
    lost = {check.reason for check in checks.values() if check.points < check.max_points}
    assert lost <= {Reason.HAND_MISSING, Reason.REPORTED_MISSING, Reason.PREREQUISITE}
    assert len([check for check in checks.values() if check.status is Status.FAILED]) == 2


# --- answers.toml and essay -----------------------------------------------------------


@pytest.mark.parametrize("problem", [None, Problem(Reason.ANSWERS_SYNTAX, "answers.toml", 4, facts={"detail": "x"})])
def test_answers_that_cannot_be_read_are_charged_once(problem: Problem | None) -> None:
    """Without answers the first check that reads them fails, the others are skipped."""
    files = FilesPayload(FILES, essay=ESSAY, problems=(problem,) if problem else ())
    checks = graded(evidence(files=files))
    rows = checks["hand_rows"]
    assert (rows.status, rows.points, rows.max_points) == (Status.FAILED, 0, 24)
    assert (rows.reason, rows.line) == ((problem.reason, 4) if problem else (Reason.ANSWERS_MISSING, None))
    assert checks["hand_total"].reason == checks["params_reported"].reason == Reason.PREREQUISITE
    assert checks["network_runs"].points == 8 and checks["architecture_named"].points == 2


def test_unknown_keys_are_named_once() -> None:
    """A misspelt key is a note at the first check that reads the answers."""
    checks = graded(handing_in(flopps=1))
    noted = [check.id for check in checks.values() if Reason.ANSWERS_UNKNOWN_KEY in reasons_of(check)]
    assert noted == ["hand_conv1"]


@pytest.mark.parametrize(
    ("essay", "kind", "status", "reason"),
    [
        (ESSAY, "python", Status.PASSED, ""),
        (Essay("essay.md", "", 0, True), "python", Status.FAILED, Reason.ESSAY_EMPTY),
        (None, "python", Status.FAILED, Reason.ESSAY_MISSING),
        (None, "pdf", Status.NEEDS_REVIEW, Reason.WAITS_FOR_HUMAN),
    ],
)
def test_essay_is_there_or_its_absence_is_said(essay: Essay | None, kind: str, status: Status, reason: str) -> None:
    """An untouched essay counts as empty; a PDF may hold the text, so a human looks."""
    files = FilesPayload((replace(FileFact("a", 1, "0" * 64, "x"), kind=kind),), answers={}, essay=essay)
    check = graded(evidence(files=files))["essay_written"]
    assert (check.status, check.reason) == (status, reason)
