"""The parent's side of one warm process: start it, hand it jobs, see it end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from grader.errors import NoJailError
from grader.jail.bubblewrap import View, arguments, find_bubblewrap, inner_environment
from grader.jail.job import Zone
from grader.jail.stage import CODE

_READY_S = 120.0
_CLOSE_S = 5.0
_MESSAGE_BYTES = 1 << 16
_FIRST_OUTER_ID = 1_000_000_000
"""Far above the ids that people, services and containers are given."""


@dataclass(frozen=True)
class Warmth:
    """Which zone a warm process serves, and whether it loads the zone's libraries first."""

    zone: Zone
    preload: bool = True


class Zygote:
    """A running warm process. Several threads may submit to it at once."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, errors: IO[bytes]) -> None:
        self._process = process
        self._control = control
        self._errors = errors
        self._lock = threading.Lock()
        self.resident_bytes = 0

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process that was started: bubblewrap's, whose only child is the warm one."""
        return self._process.pid

    def submit(self, order: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Start a job; its first descriptor is the line on which the job's fate is told.

        Raises:
            OSError: when the process is gone.
        """
        with self._lock:
            socket.send_fds(self._control, [json.dumps(order).encode()], list(descriptors))

    def wait_ready(self) -> None:
        """Wait until the process has loaded its libraries.

        Raises:
            NoJailError: when it could not be started; says why.
        """
        answer = self._first_word()
        if not answer.get("ready"):
            problem = answer.get("problem") or self.last_words()
            self.close()
            raise NoJailError(f"the process behind the wall did not start: {problem}")
        self.resident_bytes = answer["resident"]

    def _first_word(self) -> dict[str, Any]:
        self._control.settimeout(_READY_S)
        try:
            answer: dict[str, Any] = json.loads(self._control.recv(_MESSAGE_BYTES) or b"{}")
            self._control.settimeout(None)
        except TimeoutError:
            self.kill()
            return {"problem": f"it was not ready after {_READY_S:.0f} s"}
        except OSError:
            # It died before it read what it was sent; its last words say why.
            return {}
        return answer

    def close(self) -> None:
        """Ask the process to end, and see that it does: with it ends every job it runs."""
        self._control.close()
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._errors.close()

    def kill(self) -> None:
        """End the process and everything below it at once."""
        self._process.kill()
        self._process.wait()

    def last_words(self) -> str:
        """The last line that a process which is ending printed, or the status it ended with."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSE_S)
        self._errors.seek(0)
        lines = self._errors.read()[-4096:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"it ended with status {self._process.returncode}"


def start_zygote(view: View, warmth: Warmth) -> Zygote:
    """Start a warm process behind the outer wall; `wait_ready` says when it can work.

    To be called from a thread that outlives it: the kernel takes the end of
    that thread for the end of the parent.
    """
    bwrap, as_root = find_bubblewrap(), os.geteuid() == 0
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    errors = tempfile.TemporaryFile()
    entry = str(Path(CODE, "grader/inside/boot/entry.py"))
    command = [
        *arguments(view, bwrap, as_root=as_root),
        *(view.interpreter.executable, "-I", "-u", entry, CODE, "zygote", str(far.fileno())),
    ]
    with far:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env=inner_environment(view.interpreter),
            cwd="/",
            pass_fds=(far.fileno(),),
        )
    settings = {
        "zone": warmth.zone.value,
        "preload": warmth.preload,
        "outer_id": _outer_id(warmth.zone) if as_root else None,
    }
    with contextlib.suppress(OSError):
        # A process that died at once cannot be told; wait_ready then says why.
        near.send(json.dumps(settings).encode())
    return Zygote(process, near, errors)


def _outer_id(zone: Zone) -> int:
    """A user that no one else on the machine is, one for each grader and zone."""
    return _FIRST_OUTER_ID + os.getpid() * len(Zone) + list(Zone).index(zone)
