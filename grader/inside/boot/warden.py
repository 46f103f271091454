"""The warm process where no namespaces are to be had: Landlock, the narrower filter, and a keeper for each job."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import platform
import shutil
import signal
import socket
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from grader.inside.boot import landlock, linux, seccomp, service, walls, worker
from grader.inside.boot.descriptors import close_all_but, may_start, put_streams, raised, tell
from grader.inside.boot.service import Member, Order
from grader.inside.context import Context

_ACCESS = {"list": landlock.LIST, "read": landlock.READ, "device": landlock.DEVICE}


@dataclass(frozen=True)
class Plan:
    """What the parent worked out for this zone: paths that may be read, shares by name, room for jobs."""

    zone: str
    rules: tuple[tuple[str, int], ...]
    shares: dict[str, str]
    jobs: Path
    data_bytes: int


def main(argument: str) -> int:
    """Serve jobs that come over the control socket with this number until it is closed."""
    control = socket.socket(fileno=int(argument))
    settings = service.greet(control, _build)
    if settings is None:
        return 1
    plan = _read_plan(settings)
    service.serve(control, lambda order, descriptors: _start(plan, order, descriptors), _clean_up)
    _end_descendants()
    return 0


def _build(_: Order) -> None:
    """Take in orphans, so that none of a job's processes can leave; keep no privilege of root."""
    linux.take_in_orphans()
    linux.drop_capabilities()


def _read_plan(settings: Order) -> Plan:
    plan: dict[str, Any] = json.loads(Path(settings["plan"]).read_text(encoding="utf-8"))
    rules = tuple((path, _ACCESS[access]) for path, access in plan["rules"])
    return Plan(settings["zone"], rules, plan["shares"], Path(plan["jobs"]), walls.data_bytes())


def _start(plan: Plan, order: Order, descriptors: list[int]) -> Member:
    line = socket.socket(fileno=descriptors[0])
    folder = tempfile.mkdtemp(dir=plan.jobs)
    pid = os.fork()
    if pid == 0:
        _become_keeper(plan, order, descriptors, Path(folder))
    handle = os.pidfd_open(pid)
    tell(line, {"started": True, "folder": folder}, [handle])
    return Member(pid, handle, line, folder)


def _clean_up(ended: Member, others: Collection[Member]) -> None:
    """A keeper that was killed leaves its job's processes to us, and the job's folder."""
    keepers = {member.pid for member in others}
    while strays := [pid for pid in _children(os.getpid()) if pid not in keepers]:
        for pid in strays:
            for each in (pid, *_descendants(pid)):
                _kill(each)
            os.waitpid(pid, 0)
    shutil.rmtree(ended.folder, ignore_errors=True)


def _become_keeper(plan: Plan, order: Order, descriptors: list[int], folder: Path) -> NoReturn:
    """Stay outside the job's fence, take in its orphans, and end them when the job is over."""
    status = 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = socket.socket(fileno=raised(descriptors[0]))
    try:
        linux.die_with_parent()
        linux.take_in_orphans()
        moved = [line.fileno(), *(raised(descriptor) for descriptor in descriptors[1:])]
        close_all_but(moved)
        if not may_start(line):
            os._exit(status)
        child = os.fork()
        if child == 0:
            line.close()
            _become_worker(plan, order, folder, moved[1:])
        for descriptor in moved[1:]:
            os.close(descriptor)
        _, ended = os.waitpid(child, 0)
        _end_descendants()
        shutil.rmtree(folder, ignore_errors=True)
        tell(line, {"status": ended, "disk_full": False})
        status = 0
    except BaseException as error:
        tell(line, {"problem": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(status)


def _become_worker(plan: Plan, order: Order, folder: Path, ends: list[int]) -> NoReturn:
    code = worker.EXIT_RAISED
    try:
        linux.die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        request, reply, log, *spools = ends
        put_streams(log)
        context = _furnish(plan, order, folder, spools)
        limits = walls.JobLimits(**order["limits"])
        walls.set_limits(limits, held_bytes=plan.data_bytes, held_processes=_own_processes())
        _fence(plan, context, folder)
        gc.enable()
        streams = os.fdopen(request, "rb"), os.fdopen(reply, "wb", buffering=0)
        code = worker.run_call(worker.Call(plan.zone, order["call"], context, *streams))
    finally:
        os._exit(code)


def _furnish(plan: Plan, order: Order, folder: Path, spools: list[int]) -> Context:
    """The job's own folder, and its spools as files beside it."""
    work, side = folder / "work", folder / "spools"
    work.mkdir()
    side.mkdir()
    for name, descriptor in zip(order["spools"], spools, strict=True):
        with open(side / walls.spool_path(name).name, "xb", buffering=0) as copy:
            while os.sendfile(copy.fileno(), descriptor, None, 1 << 30):
                pass
        os.close(descriptor)
    os.chdir(work)
    _move_home(os.environ["HOME"], str(work))
    return Context(
        work=work,
        seed=order["seed"],
        shares={name: Path(plan.shares[name]) for name in order["shares"]},
        spools={name: side / name for name in order["spools"]},
    )


def _move_home(warm: str, own: str) -> None:
    """Every path below the warm process's home, those that libraries set among them, becomes the job's own."""
    for name, value in os.environ.items():
        if value == warm or value.startswith(f"{warm}/"):
            os.environ[name] = own + value.removeprefix(warm)
    tempfile.tempdir = None


def _fence(plan: Plan, context: Context, folder: Path) -> None:
    # Landlock keeps other jobs from tracing this one; the grader has to be able to weigh its memory.
    linux.forbid_new_privileges()
    shares = [(str(path), landlock.READ) for path in context.shares.values()]
    own = [(str(context.work), landlock.WRITE), (str(folder / "spools"), landlock.READ)]
    landlock.confine([*plan.rules, *shares, *own])
    linux.install_filter(seccomp.program(platform.machine(), sockets=False, same_user=True))


def _own_processes() -> int:
    """Threads that run under our user now: the kernel counts them all against the limit."""
    user = os.getuid()
    return sum(_threads(entry) for entry in os.scandir("/proc") if entry.name.isdigit() and _owner(entry) == user)


def _owner(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_uid
    except OSError:
        return -1


def _threads(entry: os.DirEntry[str]) -> int:
    try:
        return len(os.listdir(f"{entry.path}/task"))
    except OSError:
        return 1


def _end_descendants() -> None:
    """Kill and collect until no process below this one is left; those that flee end up here again."""
    while True:
        for pid in _descendants(os.getpid()):
            _kill(pid)
        try:
            os.wait()
        except ChildProcessError:
            return


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _children(parent: int) -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _parent(name) == parent]


def _descendants(root: int) -> Iterator[int]:
    parents = {int(name): _parent(name) for name in os.listdir("/proc") if name.isdigit()}
    found = [root]
    for pid in found:
        below = [child for child, parent in parents.items() if parent == pid]
        found += below
        yield from below


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[1])
    except OSError:
        return -1
