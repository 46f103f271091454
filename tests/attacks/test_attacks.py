"""Every attack through the real command, in batches beside an honest submission: what was stated, and no harm.

The harms are those of the security notes: H1 the batch stops or another row changes, H2 a byte leaves, H3 a secret is
read, H4 an undeserved mark, H5 a write outside, H6 a process survives, H7 limits do not hold, H8 a viewer is steered,
H9 a failure that nobody can read.
"""

from __future__ import annotations

import csv
import ctypes
import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.jail.level import landlock_abi
from tests.attacks.suite import Attack, batches, load_attacks
from tests.attacks.world import CANARY, MARK, Graded, World, make_world

ATTACKS = load_attacks()
ALONE = os.environ.get("GRADER_ATTACKS") == "alone"
_SUBREAPER = 36
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

pytestmark = [pytest.mark.jail, pytest.mark.slow]


def _worlds(walls: str) -> Iterator[World]:
    """A world at these walls, with what the bases earn; processes that lose their parent come to this one."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    # Not below pytest's own folder: that one is closed to other users.
    root = Path(tempfile.mkdtemp(prefix="attacks-", dir="/var/tmp"))
    try:
        yield make_world(root, walls=walls)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def ns(jail_here: None) -> Iterator[World]:
    """Namespaces, as whoever runs the tests."""
    yield from _worlds("ns")


@pytest.fixture(scope="module")
def ll() -> Iterator[World]:
    """No bubblewrap to be found."""
    if landlock_abi() < 6:
        pytest.skip("this kernel has no Landlock ABI 6 (Linux 6.12)")
    yield from _worlds("ll")


@pytest.fixture(scope="module")
def user(jail_here: None) -> Iterator[World]:
    """Namespaces, as an ordinary user; an environment that such a user cannot read is a failure, not a skip."""
    try:
        yield from _worlds("user")
    except PermissionError as error:
        pytest.fail(str(error))


_BASELINES: dict[tuple[Path, str], Graded] = {}


def baseline(world: World, only: str) -> Graded:
    """The bases alone: what they earn, and the honest one's row, without any attack."""
    key = (world.root, only)
    if key not in _BASELINES:
        name = f"baseline-{only or 'all'}"
        run = world.grade([Attack("weak", "", "")], name, only=only)
        assert run.code == 0, run.stderr.decode()
        assert {record["jail"]["level"] for record in run.records.values()} == {world.level}
        _BASELINES[key] = run
        for judge in (world.root / "data").rglob("judge"):
            (judge / "canary.txt").write_text(CANARY)
    return _BASELINES[key]


def points(record: Mapping[str, object]) -> dict[str, float]:
    """Points by question."""
    return {question["id"]: question["score"] for question in record["questions"]}  # type: ignore[attr-defined]


def reasons(record: Mapping[str, object]) -> set[str]:
    """Every reason that a check of the record carries."""
    return {check["reason"] for question in record["questions"] for check in question["checks"]}  # type: ignore[attr-defined]


def harms(attack: Attack, run: Graded, before: Graded) -> list[str]:
    """What of this attack's expectations does not hold."""
    record = run.records.get(attack.student)
    if record is None:
        return [f"H1 no row; there are {sorted(run.records)}"]
    base = before.records["an-honest-one" if attack.base == "honest" else "weak"]
    most = {key: (value,) for key, value in points(base).items()} if attack.marks is None else attack.marks
    got = {key: value for key, value in points(record).items() if key in most}
    right = all(got.get(key) in values for key, values in most.items())
    found = [] if right else [f"H4 marks {got}, not {dict(most)}"]
    status = attack.status or base["status"]
    found += [f"status {record['status']}, not {status}"] if record["status"] != status else []
    if attack.reason and not reasons(record).intersection(attack.reason):
        found.append(f"H9 no reason {' or '.join(attack.reason)}; there are {sorted(reasons(record))}")
    page = (run.folder_of(attack.student) / "report.html").read_text("utf-8")
    found += [f"H9 the report does not say {words!r}" for words in attack.words if words not in page]
    if sorted(record["flags"]) != sorted(attack.flags):
        found.append(f"flags {record['flags']}, not {list(attack.flags)}")
    for file in ("report.pdf", "result.json"):
        if not (run.folder_of(attack.student) / file).exists():
            found.append(f"H9 no {file}")
    if "Traceback" in page:
        found.append("H9 a traceback on the student's page")
    return [f"{attack.id}: {each}" for each in found]


def batch_harms(run: Graded, before: Graded) -> list[str]:
    """Harms that no single submission can be blamed for by its row."""
    found = []
    if run.code != 0:
        found.append(f"H1 exit code {run.code}: {run.stderr[-500:]!r}")
        return found
    if run.honest_bytes() != before.honest_bytes():
        found.append("H1 the honest submission's result differs from a run without attacks")
    found += [f"H2 {way} was reached" for way in run.heard]
    secret = (run.out / ".secret").read_bytes()
    secrets = (CANARY.encode(), CANARY[7:].encode(), CANARY[::-1].encode(), secret, secret.hex().encode())
    found += [f"H3 a secret stands in {name}" for name in run.leaks(*secrets)]
    found += [f"H5/H6 left: {each}" for each in run.left]
    found += [f"H8 control characters in {name}" for name in _controls(run)]
    found += [f"H8 formula in {name}" for name in _formulas(run)]
    if run.events:
        found.append(f"the trusted process did: {run.events[:500]}")
    return found


def _controls(run: Graded) -> list[str]:
    texts = {"stdout": run.stdout, "stderr": run.stderr, "gradebook.csv": (run.out / "gradebook.csv").read_bytes()}
    texts |= {path.name: path.read_bytes() for path in run.out.glob("students/*/report.html")}
    bad = [chr(code).encode() for code in (*range(9), 11, *range(14, 32), 0x7F, 0x202E, 0x2066, 0x200B)]
    return [name for name, text in texts.items() if any(sign in text for sign in bad)]


def _formulas(run: Graded) -> list[str]:
    found = []
    for name in ("gradebook.csv", "review.csv"):
        for row in csv.reader(io.StringIO((run.out / name).read_text("utf-8-sig"))):
            found += [
                f"{name}: {cell[:30]}"
                for cell in row
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
            ]
    return found


def check_batch(world: World, batch: tuple[Attack, ...], name: str) -> None:
    """Run the batch; when anything is wrong, run each of its attacks alone to say whose fault it is.

    What an attack does to others fails at once. Its own verdict is the one of its run alone: among ten on a busy
    machine the seconds can be over before the limit is met that it is about, and that is no fault of the wall's.
    """
    only = batch[0].only
    before = baseline(world, only)
    run = world.grade(batch, name, only=only)
    found = batch_harms(run, before)
    wrong = [harm for attack in batch for harm in harms(attack, run, before)] if run.code == 0 else []
    if len(batch) == 1:
        found += wrong
    elif found or wrong:
        for number, attack in enumerate(batch):
            alone = world.grade([attack], f"{name}-{number}", only=only)
            own = [*batch_harms(alone, before), *(harms(attack, alone, before) if alone.code == 0 else [])]
            found += [f"alone, {attack.id}: {each}" for each in own]
    assert not found, "\n".join([*found, *wrong])
    for harm in wrong:
        warnings.warn(f"in its batch, not alone: {harm}", stacklevel=1)


def _chosen(walls: str) -> list[tuple[Attack, ...]]:
    chosen = [attack for attack in ATTACKS if walls == "ns" or walls in attack.walls]
    return [(attack,) for attack in chosen] if ALONE else list(batches(chosen))


def _names(batch: tuple[Attack, ...]) -> str:
    return batch[0].id if len(batch) == 1 else f"{batch[0].only or 'all'}-{batch[0].id}-and-{len(batch) - 1}"


@pytest.mark.parametrize("batch", _chosen("ns"), ids=_names)
def test_attacks_behind_namespaces(ns: World, batch: tuple[Attack, ...]) -> None:
    """As root where the tests run as root."""
    check_batch(ns, batch, batch[0].id)


@pytest.mark.parametrize("batch", _chosen("ll"), ids=_names)
def test_attacks_behind_landlock(ll: World, batch: tuple[Attack, ...]) -> None:
    """Where user namespaces are not to be had."""
    check_batch(ll, batch, batch[0].id)


@pytest.mark.parametrize("batch", _chosen("user"), ids=_names)
def test_attacks_on_an_ordinary_user(user: World, batch: tuple[Attack, ...]) -> None:
    """Nobody gives up privileges that they never had."""
    check_batch(user, batch, batch[0].id)


def test_there_are_enough_and_each_says_what_it_tries() -> None:
    """At least eighty, over every group, each with a sentence."""
    assert len(ATTACKS) >= 80
    assert {attack.group for attack in ATTACKS} == {
        *("archives", "broken", "checkpoints", "escape", "forging", "network", "notebooks"),
        *("reports", "resources", "secrets", "tampering"),
    }
    assert all(attack.tries.endswith(".") for attack in ATTACKS)
    assert not [attack.id for attack in ATTACKS if MARK in attack.tries]
