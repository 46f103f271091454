"""What every warm process does, whatever its walls are: load libraries, take orders, report ends."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import resource
import select
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from grader.inside.boot.descriptors import MESSAGE_BYTES, MOST_DESCRIPTORS, tell

Order = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """A job that runs: its first process with a descriptor of it, and its line to the parent."""

    pid: int
    handle: int
    line: socket.socket
    folder: str = ""
    """On the host, where the job has one there."""


def greet(control: socket.socket, build: Callable[[Order], None]) -> Order | None:
    """Take the settings, build the walls around this process, and load what the zone wants warm.

    None when that failed; the parent has been told why.
    """
    try:
        settings: Order = json.loads(control.recv(MESSAGE_BYTES))
        build(settings)
        if settings["preload"]:
            _preload(settings["zone"])
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:
            # A fork copies one thread only, and the locks that the others hold.
            raise RuntimeError(f"PRELOAD of {settings['zone']} started {threads - 1} threads")
    except Exception as error:
        control.send(json.dumps({"ready": False, "problem": f"{type(error).__name__}: {error}"[:500]}).encode())
        return None
    gc.collect()
    gc.freeze()
    return settings


def serve(
    control: socket.socket,
    start: Callable[[Order, list[int]], Member],
    clean_up: Callable[[Member, Collection[Member]], None] | None = None,
) -> None:
    """Start the jobs that are ordered until the control socket is closed.

    `clean_up` is called behind a job whose first process has ended, with the
    jobs that still run.
    """
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    control.send(json.dumps({"ready": True, "resident": resident}).encode())
    members: dict[int, Member] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != control.fileno():
                poll.unregister(descriptor)
                ended = members.pop(descriptor)
                _, _, usage = os.wait4(ended.pid, 0)
                if clean_up is not None:
                    clean_up(ended, members.values())
                _report_end(ended, usage.ru_utime + usage.ru_stime)
                continue
            message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MOST_DESCRIPTORS)
            if not message:
                return
            member = start(json.loads(message), descriptors)
            for spare in descriptors[1:]:
                os.close(spare)
            members[member.handle] = member
            poll.register(member.handle, select.POLLIN)


def _report_end(member: Member, cpu_s: float) -> None:
    tell(member.line, {"gone": True, "cpu_s": cpu_s})
    member.line.close()
    os.close(member.handle)


def _preload(zone: str) -> None:
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
