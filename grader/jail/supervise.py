"""Watches one job from outside until nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.domain.outcome import Outcome
from grader.jail.census import Census, proportional_bytes, take_census
from grader.jail.cgroup import JobCgroup
from grader.jail.ending import Ending
from grader.jail.folder_size import fits
from grader.jail.job import Limits
from grader.jail.logtext import HeadAndTail
from grader.jail.spool import FileSpool
from grader.jail.trailer import strip_trailer

_CHUNK = 1 << 20
_MESSAGE_BYTES = 1 << 16
_TICK_S = 0.1
_FIRST_TICK_S = 0.02
_WORTH_WEIGHING = 32 << 20
"""Growth after which memory is weighed again; exact numbers take milliseconds for each process."""
_DEATH_S = 10.0
"""How long a killed job may take to be gone before its warm process is given up."""


@dataclass(frozen=True)
class Ends:
    """The parent's ends: the line on which the job's fate is told, its reply, its output."""

    line: socket.socket
    reply: int
    log: int
    cgroup: JobCgroup | None = None


@dataclass
class Watch:
    """What is known of a running job so far."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    handle: int = -1
    pid: int = 0
    folder: str = ""
    cgroup: JobCgroup | None = None
    """Set when the kernel itself holds the job to its memory limit."""
    status: int | None = None
    gone: bool = False
    lost: bool = False
    stopped: Outcome | None = None
    stopped_by: str = ""
    killed_at: float = 0.0
    problem: str = ""
    disk_full: bool = False
    processes_full: bool = False
    memory_full: bool = False
    cpu_s: float = 0.0
    peak_bytes: int = 0
    weighed_bytes: int = 0
    ended: float = 0.0

    def stop(self, outcome: Outcome, detail: str) -> None:
        """Kill the job for a limit it met. The first limit is the one that counts."""
        if self.stopped is None:
            self.stopped, self.stopped_by = outcome, detail
            self.killed_at = time.monotonic()
        if self.handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)


@dataclass(frozen=True)
class Watched:
    """A job that has ended: what was seen, said and printed."""

    ending: Ending
    reply: FileSpool
    log: str
    wall_s: float
    cpu_s: float
    peak_bytes: int


def supervise(limits: Limits, ends: Ends, give_up: Callable[[], None]) -> Watched:
    """Follow a job to its end. `give_up` ends its warm process, should killing the job not help."""
    watch, reply, log = Watch(limits), FileSpool(), HeadAndTail(limits.log_bytes)
    os.set_blocking(ends.reply, False)
    os.set_blocking(ends.log, False)
    with selectors.DefaultSelector() as selector:
        selector.register(ends.line, selectors.EVENT_READ, lambda: _listen(watch, ends))
        selector.register(ends.reply, selectors.EVENT_READ, lambda: _take_reply(watch, ends.reply, reply))
        selector.register(ends.log, selectors.EVENT_READ, lambda: _take_log(watch, ends.log, log))
        try:
            _loop(watch, selector, give_up)
        except BaseException:
            # Nobody waits for the job any more, so it has to end now.
            watch.stop(Outcome.CRASH, "the grader stopped waiting")
            reply.close()
            raise
    if watch.cgroup is not None:
        _read_cgroup(watch, watch.cgroup)
    # Every writer is dead by now, so both pipes end after what is left in them.
    while _take_reply(watch, ends.reply, reply) or _take_log(watch, ends.log, log):
        pass
    if watch.handle >= 0:
        os.close(watch.handle)
    whole = strip_trailer(reply)
    ending = Ending(
        status=watch.status,
        stopped=watch.stopped,
        stopped_by=watch.stopped_by,
        problem=watch.problem,
        whole_reply=whole,
        reply_bytes=reply.size,
        disk_full=watch.disk_full,
        processes_full=watch.processes_full,
        memory_full=watch.memory_full,
        cpu_s=watch.cpu_s,
        worker_lost=watch.lost,
    )
    return Watched(ending, reply, log.text(), watch.ended - watch.started, watch.cpu_s, watch.peak_bytes)


def _loop(watch: Watch, selector: selectors.BaseSelector, give_up: Callable[[], None]) -> None:
    next_tick = watch.started + _FIRST_TICK_S
    deadline = watch.started + watch.limits.wall_s
    while not (watch.gone or watch.lost):
        now = time.monotonic()
        until = next_tick if watch.stopped is not None else min(next_tick, deadline)
        for key, _ in selector.select(max(0.0, until - now)):
            if not key.data():
                selector.unregister(key.fileobj)
        now = time.monotonic()
        if now >= deadline and watch.stopped is None:
            watch.stop(Outcome.TIMEOUT, f"{watch.limits.wall_s:g} s")
        if now >= next_tick:
            next_tick = now + _TICK_S
            _measure(watch)
        if watch.stopped is not None and now > watch.killed_at + _DEATH_S:
            give_up()
            watch.lost = True
    watch.ended = time.monotonic()


def _listen(watch: Watch, ends: Ends) -> bool:
    """Take one message about the job; False when the line is closed."""
    try:
        data, descriptors, _, _ = socket.recv_fds(ends.line, _MESSAGE_BYTES, 4, socket.MSG_CMSG_CLOEXEC)
    except OSError:
        data, descriptors = b"", []
    if not data:
        watch.lost = not watch.gone
        return False
    message: dict[str, Any] = json.loads(data)
    if descriptors:
        watch.handle = descriptors[0]
        watch.pid = _pid_of(watch.handle)
        watch.folder = message.get("folder", "")
        _let_go(watch, ends)
    if "status" in message:
        watch.status, watch.disk_full = message["status"], message["disk_full"]
    if "outside" in message:
        # No cgroup after all: its memory is weighed.
        watch.cgroup = None
    watch.problem = message.get("problem", watch.problem)
    if "gone" in message:
        watch.gone = True
        watch.cpu_s = max(watch.cpu_s, message["cpu_s"])
    return True


def _let_go(watch: Watch, ends: Ends) -> None:
    """The job waits for a word before it starts anything, and first walks into its cgroups by the doors sent along."""
    if watch.stopped is not None:
        watch.stop(watch.stopped, watch.stopped_by)
        return
    with contextlib.ExitStack() as stack:
        doors: list[int] = []
        if ends.cgroup is not None:
            with contextlib.suppress(OSError):
                doors = stack.enter_context(ends.cgroup.doors())
                watch.cgroup = ends.cgroup
        with contextlib.suppress(OSError):
            socket.send_fds(ends.line, [b"go"], doors)


def _read_cgroup(watch: Watch, cgroup: JobCgroup) -> None:
    watch.memory_full = cgroup.memory_full
    watch.processes_full = watch.processes_full or cgroup.processes_full
    watch.peak_bytes = cgroup.peak_bytes or watch.peak_bytes


def _pid_of(handle: int) -> int:
    """The process's number in the grader's own view, which differs from the one behind the wall."""
    with open(f"/proc/self/fdinfo/{handle}", encoding="ascii") as info:
        for line in info:
            if line.startswith("Pid:"):
                return max(0, int(line.split()[1]))
    return 0


def _take_reply(watch: Watch, descriptor: int, reply: FileSpool) -> bool:
    data = _read(descriptor)
    if data and reply.size + len(data) > watch.limits.reply_bytes:
        watch.stop(Outcome.PROTOCOL, f"a reply of more than {watch.limits.reply_bytes >> 20} MiB")
        return True
    reply.append(data)
    return bool(data)


def _take_log(watch: Watch, descriptor: int, log: HeadAndTail) -> bool:
    data = _read(descriptor)
    log.add(data)
    if log.total > watch.limits.output_bytes:
        watch.stop(Outcome.OUTPUT, f"{watch.limits.output_bytes >> 20} MiB of output")
    return bool(data)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return b""


def _measure(watch: Watch) -> None:
    """Count processes, processor time and memory; what exceeds its limit ends the job."""
    if not watch.pid or watch.stopped is not None:
        return
    census = take_census(watch.pid)
    limits = watch.limits
    watch.cpu_s = max(watch.cpu_s, census.cpu_s)
    # The first process of the namespace is ours.
    watch.processes_full = watch.processes_full or len(census.pids) > limits.processes
    if census.cpu_s > limits.cpu_s + 1:
        watch.stop(Outcome.CPU, f"{limits.cpu_s:g} s of processor time")
    if len(census.pids) > limits.processes + 1:
        # Only where the kernel does not count them for us.
        watch.stop(Outcome.PROCESSES, f"{limits.processes} processes")
    if watch.folder and not fits(Path(watch.folder), limits.scratch_bytes):
        watch.stop(Outcome.DISK, f"{limits.scratch_bytes >> 20} MiB of scratch space")
    _weigh(watch, census)


def _weigh(watch: Watch, census: Census) -> None:
    limit, detail = watch.limits.memory_bytes, f"{watch.limits.memory_bytes >> 20} MiB of memory"
    if watch.cgroup is not None:
        # The kernel may have killed a helper only, and left a job that waits for it.
        if watch.cgroup.memory_full:
            watch.stop(Outcome.MEMORY, detail)
        return
    grown = census.resident_bytes - watch.weighed_bytes
    if census.resident_bytes <= limit and grown < _WORTH_WEIGHING:
        # Shared pages are in this sum several times, so the true number is below the limit too.
        return
    watch.weighed_bytes = census.resident_bytes
    used = proportional_bytes(census.pids)
    watch.peak_bytes = max(watch.peak_bytes, used)
    if used > limit:
        watch.stop(Outcome.MEMORY, detail)
