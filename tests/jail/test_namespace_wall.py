"""Level ns on machines that forbid a second user namespace, and what root has to share with everybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.domain.outcome import Outcome
from grader.errors import GraderError
from grader.jail.doctor import self_attacks
from grader.jail.job import Job, Limits, Zone
from grader.jail.namespace_wall import NamespaceWall
from grader.jail.pool import open_jail
from grader.jail.scratch import Scratch
from grader.jail.walled import Furnishing, WalledJail
from tests.jail.endings import MIB, reply_of, run

pytestmark = pytest.mark.jail


def test_walls_hold_without_a_second_user_namespace(jail_here: None, tmp_path: Path) -> None:
    """Jobs in the user namespace of their warm process get nothing either, and meet their limits."""
    scratch = Scratch(tmp_path)
    wall = NamespaceWall(Furnishing(), scratch, nested=False)
    with WalledJail(wall, scratch) as jail:
        jail.prove()
        attacks = self_attacks(jail)
        assert [f"{attack.name}: {attack.detail}" for attack in attacks if not attack.passed] == []
        assert run(jail, "fork_bomb", limits=Limits(processes=16, wall_s=20.0)).outcome is Outcome.PROCESSES
        assert run(jail, "spin", limits=Limits(wall_s=0.3)).outcome is Outcome.TIMEOUT


def test_limits_hold_without_control_groups(jail_here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel does not count for us, a family's memory is watched and its processes are still limited."""
    with open_jail(scratch=tmp_path) as jail:
        monkeypatch.setattr(jail, "_cgroups", None)
        limits = Limits(memory_bytes=256 * MIB, wall_s=20.0)
        family = run(jail, "allocate", bytes=128 * MIB, processes=4, seconds=10, limits=limits)
        assert (family.outcome, family.usage.peak_bytes > 256 * MIB) == (Outcome.MEMORY, True)
        shared = run(jail, "allocate", bytes=16 * MIB, processes=8, seconds=0.5, limits=Limits(memory_bytes=400 * MIB))
        reply_of(shared)
        assert run(jail, "fork_bomb", limits=Limits(processes=16, wall_s=20.0)).outcome is Outcome.PROCESSES


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user behind the wall")
def test_share_that_only_root_may_read_is_named(jail_here: None, tmp_path: Path) -> None:
    """A data set that the jail's user could not read stops the run with a line that says what to do."""
    share = tmp_path / "mnist"
    share.mkdir(mode=0o755)
    (share / "train_images.npy").touch(mode=0o600)
    with pytest.raises(GraderError, match=r"train_images.npy cannot be read .* chmod -R go\+rX"):
        open_jail(shares={Zone.STUDENT: {"train": share}}, scratch=tmp_path)
    (share / "train_images.npy").chmod(0o644)
    with open_jail(shares={Zone.INTAKE: {"train": share}}, scratch=tmp_path) as jail:
        seen = reply_of(jail.run(Job(Zone.INTAKE, "boot.selftest", {}, shares=("train",))))
    assert seen.message["shares"] == {"train": ["train_images.npy"]}
