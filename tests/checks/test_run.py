"""Checks are called with the evidence they name; one broken thing gives one red line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from grader.checks.declare import CheckFunction, check
from grader.checks.run import CheckRun, Missing, run_checks
from grader.checks.verdict import Part, Verdict, failed, needs_review, partial, passed, text_of
from grader.domain.assignment import CheckSpec
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.status import Status, Visibility

BROKEN = Problem(Reason.FORWARD_RAISED, "hw.py", 3, facts={"error": "E", "detail": "d"})


@check
def good(network: object) -> Verdict:
    """The first one."""
    return passed(actual=network)


@check(optional=["network"])
def bold(network: object) -> Verdict:
    """The one that can do without."""
    return passed(actual="none" if network is None else "some")


@check
def wrong(expected: object) -> Verdict:
    """The one that fails."""
    return failed(Reason.HAND_WRONG, expected=1000, actual=(1, 10), layer="x")


@check(requires=["wrong"])
def after(expected: object) -> Verdict:
    """The one that needs another."""
    return passed()


@check(requires=["unsure"])
def later(expected: object) -> Verdict:
    """The one that waits with another."""
    return passed()


@check
def unsure(expected: object) -> Verdict:
    """The one for a human."""
    return needs_review(Reason.WAITS_FOR_HUMAN)


@check
def bug(expected: object) -> Verdict:
    """The one with a bug."""
    raise KeyError("nothing here")


@check
def rows_each(expected: object) -> list[Part]:
    """The parameters of {each layer}."""
    return [Part("a", passed()), Part("b", partial(Fraction(1, 3), Reason.BIAS_FORGOTTEN, layers=["b"]))]


@check
def rows_none(expected: object) -> list[Part]:
    """The one with no parts."""
    return []


ALL = {each.id: each for each in (good, bold, wrong, after, later, unsure, bug, rows_each, rows_none)}


def run(*specs: tuple[str, float], network: object = "net", beside: Any = None) -> CheckRun:
    """Run these checks, in this order."""
    given = {"network": network, "expected": {}}
    return run_checks([CheckSpec(name, points) for name, points in specs], ALL, given, beside=beside)


def test_check_is_called_with_what_it_names() -> None:
    """The evidence of that name arrives, and the docstring is the title."""
    (result,) = run(("good", 4)).results
    assert (result.status, result.points, result.max_points, result.actual) == (Status.PASSED, 4, 4, "net")
    assert result.title == "The first one."


def test_missing_evidence_fails_the_first_and_skips_the_rest() -> None:
    """The first check carries reason, file and line; those after it name that check."""
    first, second, optional = run(("good", 4), ("good", 2), ("bold", 1), network=Missing(BROKEN)).results
    assert (first.status, first.reason, first.file, first.line) == (Status.FAILED, BROKEN.reason, "hw.py", 3)
    assert (second.status, second.reason, second.facts) == (
        Status.SKIPPED,
        Reason.PREREQUISITE,
        {"check": "good", "title": "The first one."},
    )
    assert (optional.status, optional.actual) == (Status.PASSED, "none")


def test_what_a_run_left_out_is_never_judged_without() -> None:
    """A check that can do without a network waits for one that was only not collected yet."""
    left_out = Missing(Problem(Reason.NOT_COLLECTED), Status.SKIPPED)
    (optional,) = run(("bold", 1), network=left_out).results
    assert (optional.status, optional.reason) == (Status.SKIPPED, Reason.NOT_COLLECTED)


def test_public_check_never_hangs_on_a_hidden_one() -> None:
    """A student reads why a public check failed even when a hidden one met the same problem first, and its notes."""
    given = {"network": Missing(BROKEN), "expected": {}}
    note = Problem(Reason.BIAS_FORGOTTEN)
    hidden, public, other = run_checks(
        [CheckSpec("good", 1, Visibility.HIDDEN), CheckSpec("good", 4), CheckSpec("good", 1, Visibility.HIDDEN)],
        ALL,
        given,
        beside={"network": [note]},
    ).results
    assert hidden.status is Status.FAILED
    assert (public.status, public.reason) == (Status.FAILED, BROKEN.reason)
    assert other.status is Status.SKIPPED
    assert not hidden.notes
    assert public.notes == (note,)


def test_evidence_that_only_a_human_can_judge_makes_all_wait() -> None:
    """Nothing is lost: the first check waits for its reason, the next one waits with it."""
    first, second = run(("good", 4), ("good", 2), network=Missing(BROKEN, Status.NEEDS_REVIEW)).results
    assert {first.status, second.status} == {Status.NEEDS_REVIEW}
    assert (first.reason, second.reason) == (BROKEN.reason, Reason.WAITS_FOR_HUMAN)


@pytest.mark.parametrize(
    ("before", "dependent", "status"),
    [("wrong", "after", Status.SKIPPED), ("unsure", "later", Status.NEEDS_REVIEW)],
)
def test_prerequisite_that_does_not_hold_stops_a_check(before: str, dependent: str, status: Status) -> None:
    """After a failed check a dependent one is skipped, after a waiting one it waits."""
    assert run((before, 1), (dependent, 1)).results[1].status is status


def test_check_that_raises_is_our_fault_and_waits() -> None:
    """Status error, with what was raised; no points are given or lost unseen."""
    (result,) = run(("bug", 5)).results
    assert (result.status, result.reason, result.points) == (Status.ERROR, Reason.CHECK_BROKEN, 0)
    assert result.facts == {"check": "bug", "error": "KeyError: 'nothing here'"}
    assert run(("rows_none", 5)).results[0].reason == Reason.CHECK_BROKEN


def test_parts_share_the_points_and_have_names_of_their_own() -> None:
    """Each part has an id from the check's first word and a title with its own name."""
    a, b = run(("rows_each", 3)).results
    assert [(r.id, r.title, r.points, r.max_points) for r in (a, b)] == [
        ("rows_a", "The parameters of a.", 1.5, 1.5),
        ("rows_b", "The parameters of b.", 0.5, 1.5),
    ]


def test_expected_and_actual_are_facts_of_the_sentence() -> None:
    """Both sides are printed once, in the same form, beside the check's own facts."""
    (result,) = run(("wrong", 1)).results
    assert (result.expected, result.actual) == ("1,000", "1×10")
    assert result.facts == {"layer": "x", "expected": "1,000", "actual": "1×10"}


def test_notes_about_evidence_stand_at_the_first_check_that_wants_it() -> None:
    """What is odd about a piece of evidence is said once."""
    results = run(("wrong", 1), ("good", 1), ("good", 1), beside={"network": [BROKEN]}).results
    assert [result.notes for result in results] == [(), (BROKEN,), ()]


def test_hidden_check_stays_marked() -> None:
    """Visibility comes from the assignment, not from the check."""
    spec = CheckSpec("good", 1, Visibility.HIDDEN)
    (result,) = run_checks([spec], {"good": good}, {"network": 1}).results
    assert result.visibility is Visibility.HIDDEN


@pytest.mark.parametrize(
    ("value", "text"), [(None, None), (True, "yes"), (False, "no"), (12345, "12,345"), ("x", "x"), (1.5, "1.5")]
)
def test_sides_are_short_texts(value: object, text: str | None) -> None:
    """Whole numbers have separators; words stay as they are."""
    assert text_of(value) == text


def test_fixture_checks_are_declared() -> None:
    """The table above holds checks, not bare functions."""
    assert all(isinstance(each, CheckFunction) for each in ALL.values())
