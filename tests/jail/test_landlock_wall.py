"""Level ll: the same endings and the same attacks where there are no namespaces."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.domain.outcome import Outcome
from grader.jail.census import take_census
from grader.jail.doctor import self_attacks
from grader.jail.folder_size import fits
from grader.jail.job import Jail, Job, Level, Limits, Zone
from grader.jail.landlock_wall import readable_rules
from grader.jail.level import landlock_abi
from grader.jail.pool import open_jail
from grader.jail.walled import WalledJail
from tests.jail.endings import ENDINGS, MIB, reply_of, run

pytestmark = [
    pytest.mark.jail,
    pytest.mark.skipif(landlock_abi() < 6, reason="this kernel has no Landlock ABI 6 (Linux 6.12)"),
]


@pytest.fixture(scope="module")
def fenced(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalledJail]:
    """A jail at level ll."""
    scratch = tmp_path_factory.mktemp("scratch")
    shares = {Zone.STUDENT: {"train": shared_folder}}
    with open_jail(shares=shares, scratch=scratch, levels=(Level.LANDLOCK,)) as opened:
        assert isinstance(opened, WalledJail)
        yield opened
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "options", "limits", "outcome", "detail"), ENDINGS, ids=[f"{row[0]}-{row[3]}" for row in ENDINGS]
)
def test_fenced_job_ends_in_the_same_outcome(
    fenced: Jail, mode: str, options: Mapping[str, Any], limits: Limits, outcome: Outcome, detail: str
) -> None:
    """Every limit is met in the same words as at level ns."""
    result = run(fenced, mode, limits=limits, **options)
    assert (result.outcome, detail in result.detail, result.level) == (outcome, True, Level.LANDLOCK), result
    if result.reply is not None:
        result.reply.close()


def test_memory_is_limited_without_control_groups(fenced: WalledJail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel does not count a job's memory, the parent does."""
    monkeypatch.setattr(fenced, "_cgroups", None)
    limits = Limits(memory_bytes=256 * MIB, wall_s=20.0)
    result = run(fenced, "allocate", bytes=128 * MIB, processes=4, seconds=10, limits=limits)
    assert result.outcome is Outcome.MEMORY
    assert result.usage.peak_bytes > 256 * MIB


def test_fence_stops_every_self_attack(fenced: Jail, tmp_path: Path) -> None:
    """The same attacks as at level ns get nothing either."""
    (tmp_path / ".secret").write_bytes(os.urandom(32))
    attacks = self_attacks(fenced, secret_paths=(tmp_path / ".secret", tmp_path))
    assert [f"{attack.name}: {attack.detail}" for attack in attacks if not attack.passed] == []


def test_fenced_share_is_seen_only_by_the_job_that_names_it(fenced: Jail, shared_folder: Path) -> None:
    """The fence opens a share's folder for the jobs that name it, by its path on the host."""
    paths = {"name": "read_paths", "paths": [str(shared_folder / "train.txt")]}
    assert reply_of(fenced.run(Job(Zone.STUDENT, "boot.self_attack", paths))).message["loot"] == []
    seeing = fenced.run(Job(Zone.STUDENT, "boot.selftest", {}, shares=("train",)))
    assert reply_of(seeing).message["shares"] == {"train": ["train.txt"]}


def test_spool_reaches_a_fenced_job(fenced: Jail) -> None:
    """A reply of one job can be handed to the next."""
    first = run(fenced)
    assert first.reply is not None
    second = fenced.run(Job(Zone.INTAKE, "boot.selftest", {}, spools={"handover": first.reply}))
    assert list(reply_of(second).message["spools"]) == ["handover"]
    first.reply.close()


def test_killed_fenced_job_leaves_no_daemon(fenced: Jail) -> None:
    """Processes that fled from their session are found and ended when the limit is met."""
    run(fenced)
    before = set(take_census(os.getpid()).pids)
    assert run(fenced, "fork_and_flee", limits=Limits(wall_s=0.7)).outcome is Outcome.TIMEOUT
    deadline = time.monotonic() + 1.0
    while (left := set(take_census(os.getpid()).pids) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == set()


def test_rules_leave_out_what_is_hidden() -> None:
    """No rule opens a masked file, the checkout or a home folder for reading."""
    rules = list(readable_rules(()))
    readable = [Path(path) for path, access in rules if access == "read"]
    root = Path(__file__).resolve().parents[2]
    for secret in (root / "assignments", root / "grader/score.py", Path.home() / ".ssh", Path("/etc/passwd")):
        assert not any(secret.is_relative_to(path) for path in readable), secret
    digits = [path for path in readable if path.name.startswith("digits.csv")]
    assert digits == []
    assert {path for path, access in rules if access == "device"} >= {"/dev/null", "/dev/urandom"}


def test_folder_is_measured_without_following_links(tmp_path: Path) -> None:
    """Sizes add up over sub-folders, links count for themselves, and a folder that is gone fits."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").write_bytes(os.urandom(MIB))
    assert fits(tmp_path, 2 * MIB)
    assert not fits(tmp_path, MIB // 2)
    other = tmp_path / "other"
    other.mkdir()
    (other / "link").symlink_to(inner)
    assert fits(other, MIB // 2)
    assert fits(tmp_path / "absent", 0)


@pytest.mark.parametrize("zone", [Zone.STUDENT, Zone.MEASURE])
def test_libraries_write_into_the_folder_of_their_own_job(fenced: Jail, zone: Zone) -> None:
    """Home, caches and temporary files, also where a library took note of them while the process was warming up."""
    seen = reply_of(fenced.run(Job(zone, "boot.selftest", {"mode": "echo"}))).message
    environment, home = seen["environment"], seen["home"]
    places = {name: value for name, value in environment.items() if "grader-jail-" in value}
    assert {"HOME", "TMPDIR", "XDG_CACHE_HOME"} <= set(places)
    assert {name: value for name, value in places.items() if value != home and not value.startswith(f"{home}/")} == {}
    assert seen["temporary"] == home
