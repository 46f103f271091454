"""Finding the kernel's own limits, in both versions of its control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.jail.cgroup import PREFIX, VERSION_1, VERSION_2, Cgroups, JobCgroup, find_cgroups, sweep_cgroups
from grader.jail.job import Limits

MIB = 1 << 20


def described(tmp_path: Path, cgroup: str, mounts: str) -> tuple[Path, Path]:
    """The two files of /proc with these words."""
    (tmp_path / "cgroup").write_text(cgroup)
    (tmp_path / "mountinfo").write_text(mounts)
    return tmp_path / "cgroup", tmp_path / "mountinfo"


def test_version_2_is_found_by_its_nameless_hierarchy(tmp_path: Path) -> None:
    """A machine with version 2 alone gives one folder for both limits."""
    place = tmp_path / "fs" / "user.slice" / "scope"
    place.mkdir(parents=True)
    files = described(
        tmp_path, "0::/user.slice/scope\n", f"30 23 0:26 / {tmp_path}/fs rw - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    found = find_cgroups(*files)
    assert found is not None
    assert (found.memory, found.pids, found.dialect) == (place, place, VERSION_2)


def test_version_1_keeps_its_hierarchies_apart(tmp_path: Path) -> None:
    """A machine with version 1 gives a folder for memory and one for processes."""
    for name in ("memory/own", "pids"):
        (tmp_path / "fs" / name).mkdir(parents=True)
    mounts = "".join(
        f"3{n} 31 0:3{n} / {tmp_path}/fs/{name} rw - cgroup cgroup rw,{name}\n"
        for n, name in enumerate(("memory", "pids"))
    )
    found = find_cgroups(*described(tmp_path, "8:pids:/\n4:memory:/own\n0::/\n", mounts))
    assert found is not None
    assert (found.memory, found.pids, found.dialect) == (
        tmp_path / "fs/memory/own",
        tmp_path / "fs/pids",
        VERSION_1,
    )


@pytest.mark.parametrize("cgroup", ["", "0::/gone\n"])
def test_nowhere_to_write_is_no_cgroup(tmp_path: Path, cgroup: str) -> None:
    """Where no group can be made the memory is watched instead."""
    assert find_cgroups(*described(tmp_path, cgroup, f"30 23 0:26 / {tmp_path}/absent rw - cgroup2 none rw\n")) is None
    assert find_cgroups(tmp_path / "absent", tmp_path / "absent") is None


def test_limits_are_written_in_the_words_of_the_version(tmp_path: Path) -> None:
    """Memory, no swap, and one process more than asked for, because the first is ours."""
    limits = Limits(memory_bytes=100 * MIB, processes=8)
    for dialect, memory, swap in (
        (VERSION_1, "memory.limit_in_bytes", ("memory.memsw.limit_in_bytes", 100 * MIB)),
        (VERSION_2, "memory.max", ("memory.swap.max", 0)),
    ):
        folder = tmp_path / memory
        folder.mkdir()
        JobCgroup((folder,), dialect).limit(limits)
        assert (folder / memory).read_text() == str(100 * MIB)
        assert (folder / swap[0]).read_text() == str(swap[1])
        assert (folder / "pids.max").read_text() == "9"


def test_counters_tell_what_was_met(tmp_path: Path) -> None:
    """A kill for memory, a refused process and the peak are read from the kernel's counters."""
    group = JobCgroup((tmp_path,), VERSION_2)
    assert (group.memory_full, group.processes_full, group.peak_bytes) == (False, False, 0)
    (tmp_path / "memory.events").write_text("low 0\nmax 12\noom 1\noom_kill 1\n")
    (tmp_path / "pids.events").write_text("max 3\n")
    (tmp_path / "memory.peak").write_text("12345\n")
    assert (group.memory_full, group.processes_full, group.peak_bytes) == (True, True, 12345)


def test_groups_of_dead_graders_are_swept(tmp_path: Path) -> None:
    """Groups are named after their grader; those of one that lives stay."""
    own, dead = tmp_path / f"{PREFIX}{os.getpid()}-0", tmp_path / f"{PREFIX}{1 << 30}-0"
    own.mkdir()
    dead.mkdir()
    sweep_cgroups(Cgroups(tmp_path, tmp_path, VERSION_2))
    assert (own.is_dir(), dead.is_dir()) == (True, False)


@pytest.mark.jail
def test_groups_of_this_machine_come_and_go() -> None:
    """Where groups can be made, one is made with its limits and leaves nothing behind."""
    found = find_cgroups()
    if found is None:
        pytest.skip("this machine lets us make no control groups")
    group = found.open(Limits(memory_bytes=64 * MIB, processes=5))
    assert int((group.folders[0] / found.dialect.memory_limit).read_text()) == 64 * MIB
    assert (group.folders[-1] / "pids.max").read_text().strip() == "6"
    group.close()
    assert not any(folder.exists() for folder in group.folders)
