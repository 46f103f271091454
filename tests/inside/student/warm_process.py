"""A warm process that forks for each job, as behind the wall but without one: the handlers as they really run.

Run as a script it is that process; `WarmProcess` is the test's end of it.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from grader.inside.context import Context
from grader.wire.frames import Frame, read_frame, write_frame

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS = 60


class WarmProcess:
    """Starts the process once and sends it jobs, each in a folder of its own."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def run(self, folder: Path, call: str, frame: Frame) -> Frame | None:
        """The reply of one job; None when its process ended without one."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with (folder / "request").open("wb") as stream:
            write_frame(stream, frame)
        self._process.stdin.write(f"{call} {folder}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer in ("replied", "died"), answer
        if answer == "died":
            return None
        with (folder / "reply").open("rb") as stream:
            return read_frame(stream)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def run_job(call: str, folder: Path) -> None:
    """Run one handler on the request in the folder; shares lie beside it."""
    handlers = importlib.import_module("grader.inside.student.serve").HANDLERS
    with (folder / "request").open("rb") as stream:
        frame = read_frame(stream)
    work = folder / "work"
    work.mkdir()
    shares = {path.name: path for path in (folder / "shares").glob("*")}
    reply = handlers[call](frame, Context(work, seed=7, shares=shares))
    with (folder / "reply.part").open("wb") as stream:
        write_frame(stream, reply)
    os.rename(folder / "reply.part", folder / "reply")


def fork_job(call: str, folder: Path) -> str:
    """Fork, run, wait; a child that takes too long is killed."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT)
            null = os.open(os.devnull, os.O_RDONLY)
            for source, target in ((null, 0), (log, 1), (log, 2)):
                os.dup2(source, target)
            run_job(call, folder)
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    end = time.monotonic() + MOST_SECONDS
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    return "replied" if (folder / "reply").exists() else "died"


def main() -> None:
    """Load what the zone preloads, then serve jobs until the input ends."""
    preload: Any = importlib.import_module("grader.inside.student.serve").PRELOAD
    for name in preload:
        importlib.import_module(name)
    importlib.import_module("torch").set_num_threads(1)
    for line in sys.stdin:
        call, _, folder = line.strip().partition(" ")
        print(fork_job(call, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
