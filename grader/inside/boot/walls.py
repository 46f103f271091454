"""The inner wall: what one process gives up between its fork and the first line of a student's code."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.inside.boot import linux, seccomp

WORK = "/work"
SHARES = "/shares"
SPOOLS = "/spools"
SHARED_MEMORY = "/dev/shm"  # noqa: S108
EMPTY = "/opt/empty"
PROC = "/opt/proc"
"""The folder that stands in for /proc inside a job: a few plain files about the machine."""

INNER_ID = 1000
"""User and group of everything behind the wall, whoever runs the grader."""

_SHM_BYTES = 64 << 20
_INODES = 20_000
_OTHER_NAMESPACES = (
    linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
)
_TMPFS_FLAGS = linux.MS_NOSUID | linux.MS_NODEV


@dataclass(frozen=True)
class JobLimits:
    """The limits that the kernel holds a job to; wall time and output are the parent's."""

    cpu_s: float
    memory_bytes: int
    processes: int
    scratch_bytes: int
    file_bytes: int


def enter_user_namespace(outer_id: int | None) -> None:
    """Become an ordinary user of a user namespace of our own, with that namespace's capabilities.

    `outer_id` is the user to become outside when root runs the grader; a file
    written through any hole would then belong to nobody. None keeps the user.
    """
    if outer_id is None:
        user, group = os.geteuid(), os.getegid()
        linux.unshare(linux.CLONE_NEWUSER)
        _write_maps("self", user, group)
        return
    os.setgroups([])
    pid = os.getpid()
    ready_r, ready_w = os.pipe()
    helper = os.fork()
    if helper == 0:
        _map_for(pid, outer_id, ready_r, ready_w)
    linux.unshare(linux.CLONE_NEWUSER)
    os.close(ready_w)
    os.close(ready_r)
    if os.waitpid(helper, 0)[1] != 0:
        raise OSError("the user map of the new namespace could not be written")
    os.setresgid(INNER_ID, INNER_ID, INNER_ID)
    os.setresuid(INNER_ID, INNER_ID, INNER_ID)
    linux.set_dumpable(True)


def _map_for(pid: int, outer_id: int, ready_r: int, ready_w: int) -> None:
    """In the helper, which stays root outside: map one user of the new namespace, then end."""
    status = 1
    try:
        os.close(ready_w)
        os.read(ready_r, 1)
        _write_maps(str(pid), outer_id, outer_id)
        status = 0
    finally:
        os._exit(status)


def _write_maps(process: str, user: int, group: int) -> None:
    folder = Path("/proc", process)
    (folder / "setgroups").write_text("deny")
    (folder / "uid_map").write_text(f"{INNER_ID} {user} 1")
    (folder / "gid_map").write_text(f"{INNER_ID} {group} 1")


def nesting_works() -> bool:
    """True when a job can have a user namespace of its own: some systems grant it and then forbid all use of it.

    Tried in a child, because there is no way back.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _enter_job_namespaces(nested=True)
            linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
            _mount_scratch(WORK, 1 << 20)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def raise_job_walls(
    limits: JobLimits, shares: Iterable[str], spools: Mapping[str, int], *, nested: bool = True
) -> None:
    """Give this process its own namespaces, an empty world and no privileges. It has to be a fresh fork.

    Without `nested` it stays in the user namespace of the warm process, which
    bounds what it holds as well.
    """
    _enter_job_namespaces(nested=nested)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    _mount_scratch(WORK, limits.scratch_bytes)
    _mount_scratch(SHARED_MEMORY, min(_SHM_BYTES, limits.scratch_bytes))
    _hide_shares(set(shares))
    _copy_spools(spools)
    # Last, because the steps above need the real one.
    linux.mount(PROC, "/proc", flags=linux.MS_BIND)
    os.chdir(WORK)
    linux.drop_capabilities()
    linux.install_filter(seccomp.program(platform.machine()))


def _enter_job_namespaces(*, nested: bool) -> None:
    if not nested:
        linux.unshare(_OTHER_NAMESPACES)
        return
    linux.unshare(linux.CLONE_NEWUSER | _OTHER_NAMESPACES)
    _write_maps("self", INNER_ID, INNER_ID)


def _mount_scratch(path: str, size: int) -> None:
    options = f"size={size},nr_inodes={_INODES},mode=0700,uid={INNER_ID},gid={INNER_ID}"
    linux.mount("tmpfs", path, "tmpfs", _TMPFS_FLAGS, options)


def _hide_shares(wanted: set[str]) -> None:
    missing = wanted - set(os.listdir(SHARES))
    if missing:
        raise FileNotFoundError(f"no share named {', '.join(sorted(missing))}")
    for name in os.listdir(SHARES):
        if name not in wanted:
            linux.mount(EMPTY, f"{SHARES}/{name}", flags=linux.MS_BIND)


def _copy_spools(spools: Mapping[str, int]) -> None:
    """Put each spool in reach under its name. A copy, because an unnamed file cannot be mounted."""
    if not spools:
        return
    room = sum(os.fstat(descriptor).st_size for descriptor in spools.values()) + (1 << 20) * (1 + len(spools))
    _mount_scratch(SPOOLS, room)
    for name, descriptor in spools.items():
        with open(spool_path(name), "xb", buffering=0) as copy:
            while os.sendfile(copy.fileno(), descriptor, None, 1 << 30):
                pass
        os.close(descriptor)
    flags = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | _TMPFS_FLAGS
    linux.mount("none", SPOOLS, flags=flags)


def spool_path(name: str) -> Path:
    """Where a spool is found behind the wall."""
    if "/" in name or name in ("", ".", ".."):
        raise ValueError(f"{name!r} is no name for a spool")
    return Path(SPOOLS, name)


def set_limits(limits: JobLimits, *, held_bytes: int = 0, held_processes: int = 1, isolated: bool = True) -> None:
    """The resource limits of this process and all it will start.

    Memory here means data beyond the `held_bytes` of the warm start, which must
    not eat a student's share; so with the processes that the user has already. Without a user namespace of
    our own (`isolated` False) processes are not limited: the kernel would count
    everything else that the same user runs.
    """
    cpu = max(1, int(limits.cpu_s + 0.999))
    wanted = {
        "RLIMIT_CPU": (cpu, cpu + 1),
        "RLIMIT_FSIZE": (limits.file_bytes, limits.file_bytes),
        "RLIMIT_NOFILE": (256, 256),
        "RLIMIT_CORE": (0, 0),
    }
    if isolated:
        data = limits.memory_bytes + held_bytes
        processes = limits.processes + held_processes
        wanted |= {
            "RLIMIT_NPROC": (processes, processes),
            "RLIMIT_DATA": (data, data),
            "RLIMIT_MEMLOCK": (0, 0),
            "RLIMIT_MSGQUEUE": (0, 0),
        }
    for name, pair in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            resource.setrlimit(kind, _at_most(pair, resource.getrlimit(kind)[1]))


def _at_most(pair: tuple[int, int], hard: int) -> tuple[int, int]:
    if hard == resource.RLIM_INFINITY:
        return pair
    return min(pair[0], hard), min(pair[1], hard)


def data_bytes() -> int:
    """Private data of this process; 0 where /proc does not say."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmData:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
