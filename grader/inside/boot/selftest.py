"""Jobs that end in every way a job can end, to see that the parent tells them apart."""

from __future__ import annotations

import hashlib
import os
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from grader.inside.context import Context
from grader.wire.frames import Frame

Mode = Callable[[Mapping[str, Any], Context], None]


def selftest(frame: Frame, context: Context) -> Frame:
    """Do what `mode` says, then answer with what this process was given and can see of itself."""
    options = dict(frame.message)
    mode = options.pop("mode", "echo")
    if mode != "echo":
        MODES[mode](options, context)
    facts = {
        "mode": mode,
        "seed": context.seed,
        "drawn": random.random(),  # noqa: S311
        "shares": {name: sorted(os.listdir(path)) for name, path in context.shares.items()},
        "spools": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in context.spools.items()},
        "work": os.listdir(context.work),
        "environment": dict(os.environ),
        "home": os.getcwd(),
        "temporary": tempfile.gettempdir(),
        "modules": sorted(name for name in sys.modules if "." not in name),
        "python": [sys.executable, sys.prefix],
    }
    return Frame(facts, frame.blobs)


def _sleep(options: Mapping[str, Any], _: Context) -> None:
    time.sleep(options.get("seconds", 3600))


def _spin(_: Mapping[str, Any], __: Context) -> None:
    while True:
        pass


def _allocate(options: Mapping[str, Any], _: Context) -> None:
    """Fill memory, in one process or shared out over several, each below its own limit."""
    for _number in range(options.get("processes", 1) - 1):
        if os.fork() == 0:
            break
    held = [os.urandom(1 << 20) * 16 for _block in range(options["bytes"] >> 24)]
    time.sleep(options.get("seconds", 0))
    del held


def _flood(options: Mapping[str, Any], _: Context) -> None:
    line = b"x" * 65535 + b"\n"
    for _number in range(options["bytes"] // len(line)):
        os.write(1, line)


def _print(options: Mapping[str, Any], _: Context) -> None:
    print(options["text"], flush=True)


def _exit(options: Mapping[str, Any], _: Context) -> None:
    os._exit(options.get("code", 0))


def _signal(options: Mapping[str, Any], _: Context) -> None:
    os.kill(os.getpid(), options["number"])
    time.sleep(3600)


def _raise(_: Mapping[str, Any], __: Context) -> None:
    raise RuntimeError("raised on purpose")


def _fork_bomb(_: Mapping[str, Any], __: Context) -> None:
    while True:
        os.fork()


def _daemon(options: Mapping[str, Any], _: Context) -> None:
    """Leave a process behind that has left its parent, its session and its group."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(options.get("seconds", 3600))
        os._exit(0)


def _fork_and_flee(options: Mapping[str, Any], context: Context) -> None:
    """Leave such a process behind, and never end."""
    _daemon(options, context)
    time.sleep(options.get("seconds", 3600))


def _fill_disk(_: Mapping[str, Any], context: Context) -> None:
    for number in range(1 << 20):
        (context.work / str(number)).write_bytes(b"x" * (4 << 20))


def _many_files(_: Mapping[str, Any], context: Context) -> None:
    for number in range(1 << 24):
        (context.work / str(number)).touch()


def _cut_reply(options: Mapping[str, Any], _: Context) -> None:
    """Write a frame by hand that stops half-way, and leave with success."""
    os.write(_reply_descriptor(), struct.pack("<Q", 1000) + b'{"message": {}')
    os._exit(options.get("code", 0))


def _endless_reply(_: Mapping[str, Any], __: Context) -> None:
    descriptor, block = _reply_descriptor(), b"\0" * (1 << 20)
    while True:
        os.write(descriptor, block)


def _reply_descriptor() -> int:
    """The highest open descriptor: found by trying, as a student's code could."""
    for descriptor in range(255, 2, -1):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        return descriptor
    raise LookupError("no open descriptor")


MODES: Mapping[str, Mode] = {
    "sleep": _sleep,
    "spin": _spin,
    "allocate": _allocate,
    "flood": _flood,
    "print": _print,
    "exit": _exit,
    "signal": _signal,
    "raise": _raise,
    "fork_bomb": _fork_bomb,
    "daemon": _daemon,
    "fork_and_flee": _fork_and_flee,
    "fill_disk": _fill_disk,
    "many_files": _many_files,
    "cut_reply": _cut_reply,
    "endless_reply": _endless_reply,
}
