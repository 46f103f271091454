"""The warm process behind bubblewrap: forks a job into namespaces of its own."""

from __future__ import annotations

import gc
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from grader.inside.boot import linux, service, walls, worker
from grader.inside.boot.descriptors import close_all_but, may_start, put_streams, raised, tell
from grader.inside.boot.service import Member, Order
from grader.inside.context import Context


@dataclass(frozen=True)
class Warm:
    """What every job of this process starts from: `data_bytes` are held before any student's code runs."""

    zone: str
    own_pid_namespace: int
    data_bytes: int
    nested: bool


def main(argument: str) -> int:
    """Serve jobs that come over the control socket with this number until it is closed."""
    control = socket.socket(fileno=int(argument))
    settings = service.greet(control, lambda settings: _build(settings, control))
    if settings is None:
        return 1
    own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    nested = settings["nested"] and walls.nesting_works()
    warm = Warm(settings["zone"], own_pid_namespace, walls.data_bytes(), nested)
    service.serve(control, lambda order, descriptors: _start(warm, order, descriptors))
    return 0


def _build(settings: Order, control: socket.socket) -> None:
    linux.die_with_parent()
    walls.enter_user_namespace(settings["outer_id"])
    # The change of user has undone the first.
    linux.die_with_parent()
    _become_first_of_own_pids(control)
    os.chdir(walls.WORK)


def _become_first_of_own_pids(control: socket.socket) -> None:
    """Go on in a child whose pid namespace belongs to our user namespace.

    Only into such a one may a process come back after each fork of a job. The
    process left behind keeps the outer namespace alive exactly as long as needed.
    """
    linux.unshare(linux.CLONE_NEWPID)
    pid = os.fork()
    if pid:
        control.close()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    linux.die_with_parent()


def _start(warm: Warm, order: Order, descriptors: list[int]) -> Member:
    """Fork the first process of a new pid namespace and tell the parent about it."""
    line = socket.socket(fileno=descriptors[0])
    linux.unshare(linux.CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        _become_init(warm, order, descriptors)
    linux.setns(warm.own_pid_namespace, linux.CLONE_NEWPID)
    handle = os.pidfd_open(pid)
    tell(line, {"started": True}, [handle])
    return Member(pid, handle, line)


def _become_init(warm: Warm, order: Order, descriptors: list[int]) -> NoReturn:
    """First process of the job's pid namespace: raises the walls, starts the worker, outlives it by a moment."""
    status = 1
    # The student's processes are of the same user and could interrupt this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = socket.socket(fileno=raised(descriptors[0]))
    try:
        moved = [line.fileno(), *(raised(descriptor) for descriptor in descriptors[1:])]
        close_all_but(moved)
        limits = walls.JobLimits(**order["limits"])
        spools = dict(zip(order["spools"], moved[4:], strict=True))
        linux.set_dumpable(True)
        walls.raise_job_walls(limits, order["shares"], spools, nested=warm.nested)
        linux.set_dumpable(False)
        # Until the parent has put this process under its limits, nothing may start.
        if not may_start(line):
            os._exit(status)
        child = os.fork()
        if child == 0:
            line.close()
            _become_worker(warm, order, limits, moved[1:4])
        for descriptor in moved[1:4]:
            os.close(descriptor)
        tell(line, {"status": _reap(child), "disk_full": _is_full(walls.WORK)})
        status = 0
    except BaseException as error:
        tell(line, {"problem": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(status)


def _reap(child: int) -> int:
    """Wait for every orphan of the namespace until the worker itself has ended."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return status


def _is_full(path: str) -> bool:
    room = os.statvfs(path)
    return room.f_bavail * 100 < room.f_blocks or room.f_favail * 100 < room.f_files


def _become_worker(warm: Warm, order: Order, limits: walls.JobLimits, ends: list[int]) -> NoReturn:
    code = worker.EXIT_RAISED
    try:
        request, reply, log = ends
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        put_streams(log)
        walls.set_limits(limits, held_bytes=warm.data_bytes)
        gc.enable()
        context = Context(
            work=Path(walls.WORK),
            seed=order["seed"],
            shares={name: Path(walls.SHARES, name) for name in order["shares"]},
            spools={name: walls.spool_path(name) for name in order["spools"]},
        )
        streams = os.fdopen(request, "rb"), os.fdopen(reply, "wb", buffering=0)
        code = worker.run_call(worker.Call(warm.zone, order["call"], context, *streams))
    finally:
        os._exit(code)
