"""Memory and process limits that the kernel itself holds a whole job to, where this machine lets us set them."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.jail.job import Limits

PREFIX = "grader-job-"
_REMOVE_S = 1.0


@dataclass(frozen=True)
class Dialect:
    """What the files of one cgroup version are called."""

    memory_limit: str
    swap_limit: str
    swap_is_total: bool
    door: str
    """Where a process writes that it wants to be in. In version 1 one thread that moves itself waits for nobody."""
    peak: str
    kills: str
    kills_key: str


VERSION_1 = Dialect(
    "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", True, "tasks", "memory.max_usage_in_bytes",
    "memory.oom_control", "oom_kill",
)  # fmt: skip
VERSION_2 = Dialect("memory.max", "memory.swap.max", False, "cgroup.procs", "memory.peak", "memory.events", "oom_kill")


@dataclass(frozen=True)
class Cgroups:
    """Two folders of the cgroup file system below which we may make groups; in version 2 they are one."""

    memory: Path
    pids: Path
    dialect: Dialect
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def open(self, limits: Limits) -> JobCgroup:
        """Make the groups of one job.

        Raises:
            OSError: when that is refused after all.
        """
        name = f"{PREFIX}{os.getpid()}-{next(self.numbers)}"
        folders = tuple(dict.fromkeys((self.memory / name, self.pids / name)))
        group = JobCgroup(folders, self.dialect)
        try:
            for folder in folders:
                folder.mkdir()
            group.limit(limits)
        except OSError:
            group.close()
            raise
        return group


@dataclass(frozen=True)
class JobCgroup:
    """The groups of one job: first the one for memory, last the one for processes."""

    folders: tuple[Path, ...]
    dialect: Dialect

    def limit(self, limits: Limits) -> None:
        """Set the limits; swap, where it is counted, is none."""
        memory = self.folders[0]
        (memory / self.dialect.memory_limit).write_text(str(limits.memory_bytes))
        with contextlib.suppress(OSError):
            (memory / self.dialect.swap_limit).write_text(str(limits.memory_bytes if self.dialect.swap_is_total else 0))
        with contextlib.suppress(OSError):
            (memory / "memory.oom.group").write_text("1")
        # The namespace's first process is ours and counts too.
        (self.folders[-1] / "pids.max").write_text(str(limits.processes + 1))

    @contextlib.contextmanager
    def doors(self) -> Iterator[list[int]]:
        """Descriptors by which the process that holds them puts itself into the groups, and all it starts from then on.

        Raises:
            OSError: when one cannot be opened.
        """
        with contextlib.ExitStack() as stack:
            opened = []
            for folder in self.folders:
                opened.append(os.open(folder / self.dialect.door, os.O_WRONLY | os.O_CLOEXEC))
                stack.callback(os.close, opened[-1])
            yield opened

    @property
    def memory_full(self) -> bool:
        """True when the kernel killed for memory."""
        return _counter(self.folders[0] / self.dialect.kills, self.dialect.kills_key) > 0

    @property
    def processes_full(self) -> bool:
        """True when the kernel refused a process."""
        return _counter(self.folders[-1] / "pids.events", "max") > 0

    @property
    def peak_bytes(self) -> int:
        """The most memory that the job held; 0 where the kernel does not say."""
        try:
            return int((self.folders[0] / self.dialect.peak).read_text())
        except (OSError, ValueError):
            return 0

    def close(self) -> None:
        """Remove the groups, which takes until the last process has been collected."""
        deadline = time.monotonic() + _REMOVE_S
        for folder in self.folders:
            while not _removed(folder) and time.monotonic() < deadline:
                time.sleep(0.005)


def find_cgroups(
    cgroup: Path = Path("/proc/self/cgroup"), mounts: Path = Path("/proc/self/mountinfo")
) -> Cgroups | None:
    """Where groups with limits may be made, found by making one; None where nowhere."""
    try:
        places = list(_candidates(cgroup.read_text(), mounts.read_text()))
    except OSError:
        return None
    for place in places:
        with contextlib.suppress(OSError):
            place.open(Limits()).close()
            return place
    return None


def sweep_cgroups(cgroups: Cgroups) -> None:
    """Remove the groups of graders that are dead; their processes are too."""
    for parent in dict.fromkeys((cgroups.memory, cgroups.pids)):
        for folder in parent.glob(f"{PREFIX}*-*"):
            owner = folder.name.removeprefix(PREFIX).partition("-")[0]
            if owner.isdigit() and not Path("/proc", owner).exists():
                _removed(folder)


def _candidates(own: str, mounts: str) -> Iterator[Cgroups]:
    mounted = dict(_hierarchies(mounts))
    paths = {controller: path for line in own.splitlines() for controller, path in _membership(line)}
    if "memory" in mounted and "pids" in mounted and {"memory", "pids"} <= set(paths):
        places = [_below(mounted[name], paths[name]) for name in ("memory", "pids")]
        yield Cgroups(places[0], places[1], VERSION_1)
    if "" in mounted and "" in paths:
        place = _below(mounted[""], paths[""])
        # A group with processes of its own may not hand its controllers on; the one above it often does.
        for folder in (each for each in (place, place.parent) if each.is_relative_to(mounted[""])):
            with contextlib.suppress(OSError):
                (folder / "cgroup.subtree_control").write_text("+memory +pids")
            yield Cgroups(folder, folder, VERSION_2)


def _hierarchies(mounts: str) -> Iterator[tuple[str, Path]]:
    """Controller to mount point; version 2 has no controller in its name."""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        point = Path(left.split(" ")[4])
        if kind == "cgroup2":
            yield "", point
        elif kind == "cgroup":
            yield from ((name, point) for name in options.split(","))


def _membership(line: str) -> Iterator[tuple[str, str]]:
    _, controllers, path = line.split(":", 2)
    yield from ((name, path) for name in controllers.split(","))


def _below(mount: Path, path: str) -> Path:
    """The group's folder; in a container the path may be one that only the host sees."""
    inner = mount / path.lstrip("/")
    return inner if inner.is_dir() else mount


def _counter(path: Path, key: str) -> int:
    try:
        rows = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return 0
    return next((int(row[1]) for row in rows if len(row) == 2 and row[0] == key), 0)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
