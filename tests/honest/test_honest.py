"""Honest code does not suffer: the same marks behind namespaces, behind Landlock, and without any wall."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.jail.level import landlock_abi
from tests.attacks.suite import Attack
from tests.attacks.world import Graded, World, make_world

HERE = Path(__file__).resolve().parent
SLOW = os.environ.get("GRADER_ATTACKS") == "alone"
FULL = {"q2": 50.0, "q3": 3.0}
_SUBREAPER = 36

pytestmark = [pytest.mark.jail, pytest.mark.slow]


def load_honest() -> Mapping[str, tuple[Attack, Mapping[str, float]]]:
    """Every submission of this folder with its marks; slow ones where everything is run."""
    found = {}
    for path in sorted(HERE.glob("*/expect.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if SLOW or not table.get("slow", False):
            one = Attack(path.parent.name, "honest", table["does"], base="honest", home=HERE)
            found[one.id] = (one, table.get("marks", FULL))
    return found


HONEST = load_honest()
UNWALLED = tuple(HONEST)[:: 1 if SLOW else 6]
"""Without walls each job starts its own Python: one in six, and all of them where everything is run."""


def _graded(walls: str) -> Iterator[Graded]:
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    root = Path(tempfile.mkdtemp(prefix="honest-", dir="/var/tmp"))
    chosen = UNWALLED if walls == "none" else tuple(HONEST)
    try:
        world: World = make_world(root, walls=walls)
        run = world.grade([HONEST[name][0] for name in chosen], "honest", honest=False)
        assert run.records.keys() == set(chosen)
        assert run.code == 0, run.stderr.decode()
        assert {record["jail"]["level"] for record in run.records.values()} == {world.level}
        yield run
    except PermissionError as error:
        pytest.fail(str(error))
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module", params=["ns", "ll", "none"])
def run(request: pytest.FixtureRequest, jail_here: None) -> Iterator[Graded]:
    """All of them, graded once at this level."""
    if request.param == "ll" and landlock_abi() < 6:
        pytest.skip("this kernel has no Landlock ABI 6 (Linux 6.12)")
    yield from _graded(request.param)


def test_everybody_gets_their_marks_and_leaves_nothing(run: Graded) -> None:
    """Each submission's points by question; data folders, checkpoints and plots go with the place where code ran."""
    found = {}
    for name, record in run.records.items():
        points = {question["id"]: question["score"] for question in record["questions"]}
        wanted = HONEST[name][1]
        if any(points[question] != most for question, most in wanted.items()):
            said = [check["rationale"] for question in record["questions"] for check in question["checks"]]
            found[name] = (points, [text for text in said if text][:4])
    assert not found
    assert run.left == ()
    assert run.heard == ()


def test_there_are_enough() -> None:
    """At least twenty."""
    assert len(HONEST) >= 20
