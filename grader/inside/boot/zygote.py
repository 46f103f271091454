"""The warm process: loads what a zone needs once, then forks a walled process for each job."""

from __future__ import annotations

import fcntl
import gc
import importlib
import importlib.util
import json
import os
import resource
import select
import signal
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from grader.inside.boot import linux, walls, worker
from grader.inside.context import Context

_MESSAGE_BYTES = 1 << 16
_MOST_DESCRIPTORS = 64
_HIGH = 128
"""Descriptors of a job are moved up here, away from the numbers that programs expect to be free."""


@dataclass(frozen=True)
class Warm:
    """What every job of this process starts from: `data_bytes` are held before any student's code runs."""

    zone: str
    own_pid_namespace: int
    data_bytes: int


@dataclass
class _Family:
    """The jobs that run now: descriptor of each first process, with its number and its line to the parent."""

    members: dict[int, tuple[int, socket.socket]] = field(default_factory=dict)


def main(argument: str) -> int:
    """Serve jobs that come over the control socket with this number until it is closed."""
    control = socket.socket(fileno=int(argument))
    try:
        settings = json.loads(control.recv(_MESSAGE_BYTES))
        linux.die_with_parent()
        walls.enter_user_namespace(settings["outer_id"])
        # The change of user has undone the first.
        linux.die_with_parent()
        _become_first_of_own_pids(control)
        os.chdir(walls.WORK)
        if settings["preload"]:
            preload(settings["zone"])
    except Exception as error:
        control.send(json.dumps({"ready": False, "problem": f"{type(error).__name__}: {error}"[:500]}).encode())
        return 1
    gc.collect()
    gc.freeze()
    own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    warm = Warm(settings["zone"], own_pid_namespace, walls.data_bytes())
    control.send(json.dumps({"ready": True, **_size()}).encode())
    _serve(control, warm)
    return 0


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


def preload(zone: str) -> None:
    """Import what the zone wants to find warm; a missing optional package is no error."""
    name = f"grader.inside.{zone}.serve"
    if importlib.util.find_spec(name) is None:
        return
    for module in importlib.import_module(name).PRELOAD:
        try:
            importlib.import_module(module)
        except ImportError:
            continue
        if module == "torch":
            importlib.import_module("torch").set_num_threads(1)


def _size() -> dict[str, int]:
    """How much this process holds, and its threads: a fork copies only one of them."""
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"resident": resident, "threads": len(os.listdir("/proc/self/task"))}


def _serve(control: socket.socket, warm: Warm) -> None:
    family = _Family()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != control.fileno():
                poll.unregister(descriptor)
                _bury(family, descriptor)
                continue
            message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, _MOST_DESCRIPTORS)
            if not message:
                return
            poll.register(_start(family, warm, json.loads(message), descriptors), select.POLLIN)


def _start(family: _Family, warm: Warm, order: Mapping[str, Any], descriptors: list[int]) -> int:
    """Fork the first process of a new pid namespace and tell the parent about it."""
    line = socket.socket(fileno=descriptors[0])
    linux.unshare(linux.CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        _become_init(warm, order, descriptors)
    linux.setns(warm.own_pid_namespace, linux.CLONE_NEWPID)
    handle = os.pidfd_open(pid)
    _tell(line, {"started": True}, [handle])
    for descriptor in descriptors[1:]:
        os.close(descriptor)
    family.members[handle] = (pid, line)
    return handle


def _bury(family: _Family, handle: int) -> None:
    """A job's first process is gone, and with it all the others; say what they used."""
    pid, line = family.members.pop(handle)
    _, _, usage = os.wait4(pid, 0)
    _tell(line, {"gone": True, "cpu_s": usage.ru_utime + usage.ru_stime, "resident": usage.ru_maxrss * 1024})
    line.close()
    os.close(handle)


def _tell(line: socket.socket, message: Mapping[str, Any], descriptors: Iterable[int] = ()) -> None:
    try:
        socket.send_fds(line, [json.dumps(message).encode()], list(descriptors))
    except OSError:
        # The parent no longer listens to this job.
        pass


def _become_init(warm: Warm, order: Mapping[str, Any], descriptors: list[int]) -> NoReturn:
    """First process of the job's pid namespace: raises the walls, starts the worker, outlives it by a moment."""
    status = 1
    # The student's processes are of the same user and could interrupt this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = socket.socket(fileno=_raised(descriptors[0]))
    try:
        moved = [line.fileno(), *(_raised(descriptor) for descriptor in descriptors[1:])]
        _close_all_but(moved)
        limits = walls.JobLimits(**order["limits"])
        spools = dict(zip(order["spools"], moved[4:], strict=True))
        linux.set_dumpable(True)
        walls.raise_job_walls(limits, order["shares"], spools)
        linux.set_dumpable(False)
        # Until the parent has put this process under its limits, nothing may start.
        if not line.recv(_MESSAGE_BYTES):
            os._exit(status)
        child = os.fork()
        if child == 0:
            line.close()
            _become_worker(warm, order, limits, moved[1:4])
        for descriptor in moved[1:4]:
            os.close(descriptor)
        _tell(line, {"status": _reap(child), "disk_full": _is_full(walls.WORK)})
        status = 0
    except BaseException as error:
        _tell(line, {"problem": f"{type(error).__name__}: {error}"[:500]})
    finally:
        os._exit(status)


def _raised(descriptor: int) -> int:
    """The descriptor under a high number, closed on exec."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(descriptor)
    return int(high)


def _close_all_but(kept: Iterable[int]) -> None:
    edge = 3
    for descriptor in sorted(kept):
        os.closerange(edge, descriptor)
        edge = descriptor + 1
    os.closerange(edge, 4096)


def _reap(child: int) -> int:
    """Wait for every orphan of the namespace until the worker itself has ended."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return status


def _is_full(path: str) -> bool:
    room = os.statvfs(path)
    return room.f_bavail * 100 < room.f_blocks or room.f_favail * 100 < room.f_files


def _become_worker(warm: Warm, order: Mapping[str, Any], limits: walls.JobLimits, ends: list[int]) -> NoReturn:
    code = worker.EXIT_RAISED
    try:
        request, reply, log = ends
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.close(null)
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
