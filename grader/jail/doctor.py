"""Attacks our own walls before anybody else does: what `grader doctor` and every batch run first."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.domain.outcome import Outcome
from grader.jail.bubblewrap import inner_environment
from grader.jail.census import take_census
from grader.jail.interpreter import find_interpreter
from grader.jail.job import Jail, JailRun, Job, Limits, Zone
from grader.wire.frames import FrameError, read_frame

_LIMITS = Limits(wall_s=20.0, cpu_s=20.0, memory_bytes=1 << 30, processes=32)
_SMALL = Limits(wall_s=20.0, cpu_s=20.0, memory_bytes=128 << 20)
_ROOT = Path(__file__).resolve().parents[2]
_SECRET_NAMES = ("expected.toml", "collect.toml", ".secret", "gradebook.csv", "review.csv", "grader.sqlite")


@dataclass(frozen=True)
class Attack:
    """One attack and whether the wall held. `detail` says what got through, or what was tried."""

    name: str
    passed: bool
    detail: str


def self_attacks(jail: Jail, secret_paths: Sequence[Path] = ()) -> tuple[Attack, ...]:
    """Attack from inside the student zone and say of each attack whether the wall held.

    `secret_paths` are files or folders that must be out of reach besides those
    of the grader itself: DIR with its .secret, the roster, labels.
    """
    with _canary_files() as canaries:
        results = [_attempt(jail, name, title, options) for name, title, options in _plain_attacks(canaries)]
        paths = [str(path) for path in (*secret_paths, *_own_secrets())]
        results.append(_attempt(jail, "read_paths", "read the grader's secrets by path", {"paths": paths}))
    results += [_listener(jail, way) for way in _WAYS]
    results += [_sibling(jail), _survivor(jail), _memory(jail)]
    return tuple(results)


def _plain_attacks(canaries: Sequence[Path]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Attacks that are over when their job is: the attack, its name for people, its options."""
    folders = [str(path.parent) for path in canaries]
    yield "read_paths", "read a file in the home folder", {"paths": [str(path) for path in canaries]}
    yield "search", "find expected values, secrets or gradebooks by name", {"files": list(_SECRET_NAMES)}
    yield "read_package", "read or import the judging half of the grader", {}
    yield "read_digits", "read scikit-learn's digits with their labels", {}
    yield "read_environment", "read the grader's environment", {"digests": _own_variables()}
    yield "open_sockets", "make a socket that leads out", {}
    yield "call_kernel", "call what the filter refuses", {}
    yield "gain_privileges", "gain privileges", {}
    yield "touch_processes", "trace, read or kill other processes", {}
    yield "write_outside", "write outside the working folder", {"folders": folders}
    yield "open_terminal", "open a terminal", {}
    yield "fork_many", "start more processes than allowed", {"most": _LIMITS.processes}


def _own_variables() -> list[str]:
    """Digests of our environment, because an attack must not bring along what it looks for."""
    given = inner_environment(find_interpreter())
    # bubblewrap sets PWD by itself, to a folder behind the wall.
    own = {name: value for name, value in os.environ.items() if name != "PWD" and given.get(name) != value}
    return [hashlib.sha256(os.fsencode(f"{name}={value}")).hexdigest() for name, value in own.items()]


def _attempt(jail: Jail, name: str, title: str, options: Mapping[str, Any]) -> Attack:
    run = jail.run(Job(Zone.STUDENT, "boot.self_attack", {"name": name, **options}, limits=_LIMITS))
    loot = _loot(run)
    if loot is None:
        # An attack that was cut short proves nothing.
        return Attack(title, False, f"the attack ended as {run.outcome}: {run.detail or run.log[-200:]}")
    return Attack(title, not loot, f"got {', '.join(loot)[:300]}" if loot else "nothing got through")


def _loot(run: JailRun) -> list[str] | None:
    if run.outcome is not Outcome.FINISHED or run.reply is None:
        return None
    try:
        with run.reply.open() as stream:
            loot = read_frame(stream).message.get("loot")
    except FrameError:
        return None
    finally:
        run.reply.close()
    return [str(item) for item in loot] if isinstance(loot, list) else None


@contextlib.contextmanager
def _canary_files() -> Iterator[tuple[Path, ...]]:
    """A fresh file in the home folder and one in the folder for temporary files, where they can be made."""
    with contextlib.ExitStack() as stack:
        made = []
        for parent in (Path.home(), Path(tempfile.gettempdir())):
            with contextlib.suppress(OSError):
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".grader-canary-", dir=parent))
                path = Path(folder, "canary")
                path.write_text(secrets.token_hex(32), encoding="ascii")
                made.append(path)
        yield tuple(made)


def _own_secrets() -> tuple[Path, ...]:
    return (_ROOT / "assignments", _ROOT / "reference", _ROOT / "grader" / "jail", _ROOT / ".git", Path.home())


@dataclass(frozen=True)
class _Way:
    """A way to be heard outside: how to listen on it."""

    attack: str
    title: str
    family: int
    kind: int


_WAYS = (
    _Way("send_tcp", "reach a TCP listener on loopback", socket.AF_INET, socket.SOCK_STREAM),
    _Way("send_udp", "reach a UDP listener on loopback", socket.AF_INET, socket.SOCK_DGRAM),
    _Way("send_abstract", "reach an abstract unix socket", socket.AF_UNIX, socket.SOCK_STREAM),
    _Way("send_path", "reach a unix socket by its path", socket.AF_UNIX, socket.SOCK_STREAM),
)


def _listener(jail: Jail, way: _Way) -> Attack:
    canary = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as folder, socket.socket(way.family, way.kind) as ear:
        options = _bind(ear, way, folder, canary)
        if way.kind == socket.SOCK_STREAM:
            ear.listen()
        attack = _attempt(jail, way.attack, way.title, {"canary": canary, **options})
        return Attack(way.title, False, "the listener heard something") if _heard(ear, way) else attack


def _bind(ear: socket.socket, way: _Way, folder: str, canary: str) -> dict[str, Any]:
    if way.family == socket.AF_INET:
        ear.bind(("127.0.0.1", 0))
        return {"port": ear.getsockname()[1]}
    address = f"grader-{canary}" if way.attack == "send_abstract" else str(Path(folder, "socket"))
    ear.bind(f"\0{address}" if way.attack == "send_abstract" else address)
    return {"address": address}


def _heard(ear: socket.socket, way: _Way) -> bool:
    ear.setblocking(False)
    try:
        if way.kind == socket.SOCK_STREAM:
            ear.accept()[0].close()
        else:
            ear.recv(1)
    except BlockingIOError:
        return False
    return True


def _sibling(jail: Jail) -> Attack:
    """Two jobs at once: one leaves files in every place it may write, the other looks for them."""
    canary = secrets.token_hex(16)
    options = {"name": "leave_canary", "canary": canary, "seconds": 0.8}
    sibling = threading.Thread(
        target=lambda: _loot(jail.run(Job(Zone.STUDENT, "boot.self_attack", options, limits=_LIMITS)))
    )
    sibling.start()
    time.sleep(0.3)
    attack = _attempt(jail, "find_sibling", "find a job that runs at the same time", {"canary": canary})
    alive = sibling.is_alive()
    sibling.join()
    return attack if alive else Attack(attack.name, False, "the other job was over too soon to be found")


def _survivor(jail: Jail) -> Attack:
    title = "leave a process behind"
    before = _children()
    run = jail.run(Job(Zone.STUDENT, "boot.selftest", {"mode": "daemon", "seconds": 60}, limits=_LIMITS))
    if run.reply is not None:
        run.reply.close()
    left = _children() - before
    ended = run.outcome is Outcome.FINISHED
    detail = f"{len(left)} processes left" if left else "nothing is left" if ended else f"ended as {run.outcome}"
    return Attack(title, ended and not left, detail)


def _children() -> frozenset[int]:
    return frozenset(take_census(os.getpid()).pids)


def _memory(jail: Jail) -> Attack:
    run = jail.run(Job(Zone.STUDENT, "boot.selftest", {"mode": "allocate", "bytes": 2 << 30}, limits=_SMALL))
    if run.reply is not None:
        run.reply.close()
    stopped = run.outcome is Outcome.MEMORY
    return Attack("take more memory than allowed", stopped, f"ended as {run.outcome} ({run.detail})")
