"""Opens the jail: one warm process for each zone behind the strongest wall that this machine has."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.domain.evidence import Usage
from grader.domain.outcome import Outcome
from grader.errors import NoJailError
from grader.jail.bubblewrap import View
from grader.jail.cgroup import Cgroups, JobCgroup, find_cgroups, sweep_cgroups
from grader.jail.ending import judge
from grader.jail.interpreter import find_interpreter
from grader.jail.job import JailRun, Job, Level, Limits, Zone
from grader.jail.plain import PlainJail
from grader.jail.scratch import Scratch
from grader.jail.spool import FileSpool, read_only
from grader.jail.stage import stage_code, stage_system
from grader.jail.supervise import Ends, Watched, supervise
from grader.jail.sweep import sweep
from grader.jail.zygote import Warmth, Zygote, start_zygote
from grader.wire.frames import Frame, write_frame

_PACKAGE = Path(__file__).resolve().parent.parent
_GPU_ZONES = frozenset({Zone.STUDENT, Zone.MEASURE})
_GPU_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*")


@dataclass(frozen=True)
class Furnishing:
    """What the caller lets into the jail: read-only folders by zone and name, and a GPU or none."""

    shares: Mapping[Zone, Mapping[str, Path]] = field(default_factory=dict)
    device: str = "cpu"


def open_jail(
    *,
    shares: Mapping[Zone, Mapping[str, Path]] | None = None,
    device: str = "cpu",
    walls: bool = True,
    scratch: Path | None = None,
) -> NamespaceJail | PlainJail:
    """Open the strongest jail there is. Without `walls` jobs run in plain processes: a student's own check.

    Raises:
        NoJailError: when walls are wanted and no level of them works here.
    """
    furnishing = Furnishing(shares or {}, device)
    sweep(scratch or Path(tempfile.gettempdir()))
    if not walls:
        return PlainJail(furnishing.shares, scratch)
    jail = NamespaceJail(furnishing, scratch)
    try:
        jail.prove()
    except BaseException:
        jail.close()
        raise
    return jail


class NamespaceJail:
    """Jobs in namespaces of their own, forked from warm processes that bubblewrap holds."""

    level = Level.NAMESPACES

    def __init__(self, furnishing: Furnishing, scratch: Path | None = None) -> None:
        self._furnishing = furnishing
        self._interpreter = find_interpreter()
        self._scratch = Scratch(scratch)
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="jail")
        self._locks = {zone: threading.Lock() for zone in Zone}
        self._zygotes: dict[Zone, Zygote] = {}
        self._staging = threading.Lock()
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
            raise NoJailError(
                f"bubblewrap runs, but a job behind it ended as {outcome} ({words or detail}); "
                "user namespaces have to be allowed here, or run as root"
            )

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
        view = self._view(warmth.zone)
        zygote = self._starter.submit(start_zygote, view, warmth).result()
        zygote.wait_ready()
        return zygote

    def _view(self, zone: Zone) -> View:
        system, code = self._scratch.path / "system", self._scratch.path / "code" / zone.value
        with self._staging:
            if not system.exists():
                stage_system(system, self._interpreter)
            if not code.exists():
                stage_code(_PACKAGE, code, zone)
        return View(
            self._interpreter,
            system,
            code,
            shares=self._furnishing.shares.get(zone, {}),
            devices=_devices(self._furnishing.device, zone),
            hidden=_checkout(),
        )


def _devices(device: str, zone: Zone) -> tuple[Path, ...]:
    if device == "cpu" or zone not in _GPU_ZONES:
        return ()
    return tuple(path for pattern in _GPU_DEVICES for path in sorted(Path("/dev").glob(pattern)))


def _checkout() -> tuple[Path, ...]:
    """The folder this package is developed in; installed, it lies among packages that have to stay visible."""
    folder = _PACKAGE.parent
    return () if folder.name in ("site-packages", "dist-packages") else (folder,)


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
