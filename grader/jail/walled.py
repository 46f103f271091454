"""A jail of warm processes, one for each zone, behind whatever wall it is given."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from grader.domain.evidence import Usage
from grader.domain.outcome import Outcome
from grader.errors import NoJailError
from grader.jail.cgroup import Cgroups, JobCgroup, find_cgroups, sweep_cgroups
from grader.jail.ending import judge
from grader.jail.job import JailRun, Job, Level, Limits, Zone
from grader.jail.scratch import Scratch
from grader.jail.spool import FileSpool, read_only
from grader.jail.supervise import Ends, Watched, supervise
from grader.jail.zygote import Zygote
from grader.wire.frames import Frame, write_frame


@dataclass(frozen=True)
class Furnishing:
    """What the caller lets into the jail: read-only folders by zone and name, and a GPU or none."""

    shares: Mapping[Zone, Mapping[str, Path]] = field(default_factory=dict)
    device: str = "cpu"


@dataclass(frozen=True)
class Warmth:
    """Which zone a warm process serves, and whether it loads the zone's libraries first."""

    zone: Zone
    preload: bool = True


class Wall(Protocol):
    """A kind of wall: starts warm processes behind it. `remedy` says what a machine lacks where it does not stand."""

    level: Level
    remedy: str

    def start(self, warmth: Warmth) -> Zygote: ...


class WalledJail:
    """Jobs forked from warm processes, each behind walls of its own."""

    def __init__(self, wall: Wall, scratch: Scratch) -> None:
        self.level = wall.level
        self._wall = wall
        self._scratch = scratch
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="jail")
        self._locks = {zone: threading.Lock() for zone in Zone}
        self._zygotes: dict[Zone, Zygote] = {}
        self._cgroups = find_cgroups()
        if self._cgroups is not None:
            sweep_cgroups(self._cgroups)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prove(self) -> None:
        """Run one small job behind all walls.

        Raises:
            NoJailError: when the walls do not stand here.
        """
        zygote = self._start(Warmth(Zone.INTAKE, preload=False))
        try:
            watched = _run_under(zygote, Job(Zone.INTAKE, "boot.selftest", {"mode": "echo"}), self._cgroups)
            words = zygote.last_words() if watched.ending.worker_lost else watched.log.strip()[-300:]
        finally:
            zygote.close()
        watched.reply.close()
        outcome, detail = judge(watched.ending, Limits())
        if outcome is not Outcome.FINISHED:
            raise NoJailError(f"a first job ended as {outcome} ({words or detail}); {self._wall.remedy}")

    def warm(self, zones: Iterable[Zone]) -> None:
        """Start the warm processes of these zones in the background."""
        for zone in zones:
            threading.Thread(target=self._try_warm, args=(zone,), daemon=True).start()

    def run(self, job: Job) -> JailRun:
        """Run a job and wait for its end, whatever it does.

        Raises:
            NoJailError: when the zone's warm process cannot be started.
        """
        watched = _run_under(self._zygote(job.zone), job, self._cgroups)
        outcome, detail = judge(watched.ending, job.limits)
        finished = outcome is Outcome.FINISHED
        if not finished:
            watched.reply.close()
        return JailRun(
            outcome,
            watched.reply if finished else None,
            watched.log,
            Usage(watched.wall_s, watched.cpu_s, watched.peak_bytes),
            self.level,
            detail,
            watched.ending.worker_lost,
        )

    def close(self) -> None:
        """End every warm process and remove what the jail put on the disk."""
        for zone in Zone:
            with self._locks[zone]:
                zygote = self._zygotes.pop(zone, None)
                if zygote is not None:
                    zygote.close()
        self._starter.shutdown()
        self._scratch.close()

    def zygote_pid(self, zone: Zone) -> int | None:
        """The process that holds a zone's warm process, if it runs."""
        zygote = self._zygotes.get(zone)
        return zygote.pid if zygote is not None and zygote.alive else None

    def _try_warm(self, zone: Zone) -> None:
        # Whoever needs the zone next starts it again and hears why it does not work.
        with contextlib.suppress(NoJailError, RuntimeError):
            self._zygote(zone)

    def _zygote(self, zone: Zone) -> Zygote:
        with self._locks[zone]:
            zygote = self._zygotes.get(zone)
            if zygote is not None and zygote.alive:
                return zygote
            if zygote is not None:
                zygote.close()
            self._zygotes[zone] = self._start(Warmth(zone))
            return self._zygotes[zone]

    def _start(self, warmth: Warmth) -> Zygote:
        zygote = self._starter.submit(self._wall.start, warmth).result()
        zygote.wait_ready()
        return zygote


def _run_under(zygote: Zygote, job: Job, cgroups: Cgroups | None) -> Watched:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reply_r, reply_w = os.pipe()
    log_r, log_w = os.pipe()
    with near, contextlib.ExitStack() as stack:
        for descriptor in (reply_r, log_r):
            stack.callback(os.close, descriptor)
        cgroup = _cgroup(cgroups, job.limits)
        if cgroup is not None:
            stack.callback(cgroup.close)
        _submit(zygote, job, far, (reply_w, log_w))
        return supervise(job.limits, Ends(near, reply_r, log_r, cgroup), zygote.kill)


def _cgroup(cgroups: Cgroups | None, limits: Limits) -> JobCgroup | None:
    """The job's own cgroup; without one its memory is watched and its processes are counted by the kernel alone."""
    if cgroups is None:
        return None
    try:
        return cgroups.open(limits)
    except OSError:
        return None


def _submit(zygote: Zygote, job: Job, far: socket.socket, writers: tuple[int, int]) -> None:
    """Hand the job over, and keep no end that would hide its death."""
    with far, contextlib.ExitStack() as stack:
        for descriptor in writers:
            stack.callback(os.close, descriptor)
        request = FileSpool()
        stack.callback(request.close)
        with open(request.descriptor, "wb", closefd=False) as stream:
            write_frame(stream, Frame(job.message, job.blobs))
        spools = {name: read_only(_own_spool(spool)) for name, spool in job.spools.items()}
        given = [read_only(request), *spools.values()]
        for descriptor in given:
            stack.callback(os.close, descriptor)
        with contextlib.suppress(OSError):
            # A warm process that has just died is seen by the closed line.
            zygote.submit(_order(job), [far.fileno(), given[0], *writers, *given[1:]])


def _own_spool(spool: Any) -> FileSpool:
    if not isinstance(spool, FileSpool):
        raise TypeError(f"a job's spools come from an earlier run, not {type(spool).__name__}")
    return spool


def _order(job: Job) -> dict[str, Any]:
    limits = job.limits
    return {
        "call": job.call,
        "seed": job.seed,
        "shares": list(job.shares),
        "spools": list(job.spools),
        "limits": {
            "cpu_s": limits.cpu_s,
            "memory_bytes": limits.memory_bytes,
            "processes": limits.processes,
            "scratch_bytes": limits.scratch_bytes,
            "file_bytes": limits.file_bytes,
        },
    }
