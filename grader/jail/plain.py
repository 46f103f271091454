"""No wall at all: the same handlers in plain processes, for a student's own check on any machine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.domain.evidence import Usage
from grader.domain.outcome import Outcome
from grader.jail.ending import Ending, judge
from grader.jail.job import JailRun, Job, Level, Zone
from grader.jail.logtext import HeadAndTail
from grader.jail.spool import FileSpool
from grader.jail.trailer import strip_trailer
from grader.wire.frames import Frame, write_frame

_ROOT = Path(__file__).resolve().parent.parent.parent
_ENTRY = _ROOT / "grader" / "inside" / "boot" / "entry.py"
_CHUNK = 1 << 20
_TICK_S = 0.05
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")


class PlainJail:
    """Runs each job in a process and a folder of its own. It contains nothing and never claims to."""

    level = Level.NONE

    def __init__(self, shares: Mapping[Zone, Mapping[str, Path]], scratch: Path | None = None) -> None:
        self._shares = shares
        self._scratch = scratch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self, zones: Iterable[Zone]) -> None:
        """Nothing: each job starts cold."""

    def close(self) -> None:
        """Nothing is kept between jobs."""

    def run(self, job: Job) -> JailRun:
        """Run a job in a new process and wait for its end."""
        base = None if self._scratch is None else str(self._scratch)
        with tempfile.TemporaryDirectory(prefix="grader-check-", dir=base, ignore_cleanup_errors=True) as name:
            folder = Path(name).resolve()
            self._prepare(folder, job)
            ending, wall_s = _follow(_start(folder), folder, job)
            reply, log = _read_reply(folder / "reply", job), _read_log(folder / "log", job)
        size, whole = reply.size, strip_trailer(reply)
        outcome, detail = judge(_with_reply(ending, size, whole), job.limits)
        usage = Usage(wall_s, 0.0, 0)
        if outcome is not Outcome.FINISHED:
            reply.close()
            return JailRun(outcome, None, log, usage, self.level, detail)
        return JailRun(outcome, reply, log, usage, self.level, detail)

    def _prepare(self, folder: Path, job: Job) -> None:
        (folder / "work").mkdir()
        (folder / "spools").mkdir()
        with (folder / "request").open("wb") as stream:
            write_frame(stream, Frame(job.message, job.blobs))
        for name, spool in job.spools.items():
            with (folder / "spools" / name).open("xb") as copy, spool.open() as stream:
                shutil.copyfileobj(stream, copy)
        known = self._shares.get(job.zone, {})
        order = {
            "zone": job.zone.value,
            "call": job.call,
            "seed": job.seed,
            "shares": {name: str(Path(known[name]).resolve()) for name in job.shares},
            "spools": list(job.spools),
            "limits": asdict(job.limits),
        }
        (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-u", str(_ENTRY), str(_ROOT), "plain", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder / "work",
            env=_environment(folder / "work"),
            start_new_session=True,
        )


def _environment(work: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), str(work))
    return {**kept, **places, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


def _follow(process: subprocess.Popen[bytes], folder: Path, job: Job) -> tuple[Ending, float]:
    started = time.monotonic()
    stopped: Outcome | None = None
    detail = ""
    while process.poll() is None:
        time.sleep(_TICK_S)
        if time.monotonic() - started > job.limits.wall_s:
            stopped, detail = Outcome.TIMEOUT, f"{job.limits.wall_s:g} s"
        elif _size(folder / "log") > job.limits.output_bytes:
            stopped, detail = Outcome.OUTPUT, f"{job.limits.output_bytes >> 20} MiB of output"
        elif _size(folder / "reply") > job.limits.reply_bytes:
            stopped, detail = Outcome.PROTOCOL, f"a reply of more than {job.limits.reply_bytes >> 20} MiB"
        if stopped is not None:
            break
    _end_group(process)
    wall_s = time.monotonic() - started
    return Ending(status=_wait_status(process.returncode), stopped=stopped, stopped_by=detail), wall_s


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what the job left in its session; a job that left its session is beyond reach."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _wait_status(code: int) -> int:
    return -code if code < 0 else code << 8


def _with_reply(ending: Ending, size: int, whole: bool) -> Ending:
    return Ending(ending.status, ending.stopped, ending.stopped_by, whole_reply=whole, reply_bytes=size)


def _read_reply(path: Path, job: Job) -> FileSpool:
    spool = FileSpool()
    if path.is_file() and _size(path) <= job.limits.reply_bytes:
        with path.open("rb") as stream:
            while data := stream.read(_CHUNK):
                spool.append(data)
    return spool


def _read_log(path: Path, job: Job) -> str:
    log = HeadAndTail(job.limits.log_bytes)
    with path.open("rb") as stream:
        while log.total <= job.limits.output_bytes and (data := stream.read(_CHUNK)):
            log.add(data)
    return log.text()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
