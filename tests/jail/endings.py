"""Jobs that end in every way there is, with the outcome that each has to have at every level."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from grader.domain.outcome import Outcome
from grader.jail.job import Jail, JailRun, Job, Limits, Zone
from grader.wire.frames import Frame, read_frame

MIB = 1 << 20
QUICK = Limits(wall_s=20.0, cpu_s=20.0)


def run(jail: Jail, mode: str = "echo", *, limits: Limits = QUICK, zone: Zone = Zone.INTAKE, **options: Any) -> JailRun:
    """Run one of the jobs of grader/inside/boot/selftest.py."""
    return jail.run(Job(zone, "boot.selftest", {"mode": mode, **options}, limits=limits))


def reply_of(result: JailRun) -> Frame:
    """The reply of a finished run, read and let go."""
    assert result.outcome is Outcome.FINISHED, (result.outcome, result.detail, result.log)
    assert result.reply is not None
    with result.reply.open() as stream:
        frame = read_frame(stream)
    result.reply.close()
    return frame


ENDINGS: list[tuple[str, Mapping[str, Any], Limits, Outcome, str]] = [
    ("echo", {}, QUICK, Outcome.FINISHED, ""),
    ("sleep", {"seconds": 60}, Limits(wall_s=0.5), Outcome.TIMEOUT, "0.5 s"),
    ("spin", {}, Limits(wall_s=20.0, cpu_s=1.0), Outcome.CPU, "1 s"),
    ("allocate", {"bytes": 512 * MIB}, Limits(memory_bytes=128 * MIB), Outcome.MEMORY, "128 MiB"),
    (
        "allocate",
        {"bytes": 128 * MIB, "processes": 4, "seconds": 10},
        Limits(memory_bytes=256 * MIB),
        Outcome.MEMORY,
        "256 MiB",
    ),
    ("fork_bomb", {}, Limits(processes=16, wall_s=20.0), Outcome.PROCESSES, "16 processes"),
    ("fill_disk", {}, Limits(scratch_bytes=16 * MIB), Outcome.DISK, "16 MiB"),
    ("many_files", {}, QUICK, Outcome.DISK, "256 MiB"),
    ("flood", {"bytes": 8 * MIB}, Limits(output_bytes=1 * MIB), Outcome.OUTPUT, "1 MiB"),
    ("signal", {"number": int(signal.SIGSEGV)}, QUICK, Outcome.CRASH, "SIGSEGV"),
    ("signal", {"number": int(signal.SIGTERM)}, QUICK, Outcome.CRASH, "SIGTERM"),
    ("signal", {"number": int(signal.SIGKILL)}, QUICK, Outcome.CRASH, "SIGKILL"),
    ("exit", {"code": 3}, QUICK, Outcome.CRASH, "exit code 3"),
    ("raise", {}, QUICK, Outcome.CRASH, "exit code 70"),
    ("exit", {"code": 0}, QUICK, Outcome.PROTOCOL, "exit code 0 without a reply"),
    ("cut_reply", {}, QUICK, Outcome.PROTOCOL, "not whole"),
    ("endless_reply", {}, Limits(reply_bytes=2 * MIB), Outcome.PROTOCOL, "more than 2 MiB"),
]
