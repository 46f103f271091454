"""The parent's side of one warm process: start it, hand it jobs, see it end."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from grader.errors import NoJailError

_READY_S = 120.0
_CLOSE_S = 5.0
_MESSAGE_BYTES = 1 << 16


@dataclass(frozen=True)
class Launch:
    """How a warm process is started: all of its command but the number of its control socket."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


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


def start_zygote(launch: Launch, settings: Mapping[str, Any]) -> Zygote:
    """Start a warm process; `wait_ready` says when it can work.

    To be called from a thread that outlives it: the kernel takes the end of
    that thread for the end of the parent.
    """
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    errors = tempfile.TemporaryFile()
    with far:
        process = subprocess.Popen(  # noqa: S603
            [*launch.command, str(far.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env=dict(launch.environment),
            cwd="/",
            pass_fds=(far.fileno(),),
            start_new_session=True,
        )
    with contextlib.suppress(OSError):
        # A process that died at once cannot be told; wait_ready then says why.
        near.send(json.dumps(settings).encode())
    return Zygote(process, near, errors)
