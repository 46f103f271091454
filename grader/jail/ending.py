"""From what was seen of a job to the one word for how it ended. Pure."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from grader.domain.outcome import Outcome
from grader.jail.job import Limits

EXIT_MEMORY = 71
EXIT_PROCESSES = 72
"""What our own code exits with when Python says that there is no memory or no room for a process."""

_BLAMED_ON_PROCESSES = frozenset({Outcome.TIMEOUT, Outcome.CPU})


@dataclass(frozen=True)
class Ending:
    """All that the parent saw. `status` is the worker's wait status; None when nobody could report it."""

    status: int | None = None
    stopped: Outcome | None = None
    stopped_by: str = ""
    problem: str = ""
    whole_reply: bool = False
    reply_bytes: int = 0
    disk_full: bool = False
    processes_full: bool = False
    memory_full: bool = False
    cpu_s: float = 0.0
    worker_lost: bool = False


def judge(ending: Ending, limits: Limits) -> tuple[Outcome, str]:
    """The outcome, and in a few words what led to it.

    An exit code alone never means success: a finished job has left a reply that
    is whole. A job that ran into a limit and failed is judged by the limit.
    """
    if ending.stopped is not None:
        if ending.processes_full and ending.stopped in _BLAMED_ON_PROCESSES:
            return Outcome.PROCESSES, _processes(limits)
        return ending.stopped, ending.stopped_by
    if ending.worker_lost:
        return Outcome.CRASH, "the warm process ended under the job"
    if ending.problem:
        return Outcome.CRASH, ending.problem
    if ending.memory_full:
        # Whom the kernel kills is chance; what the verdict is must not be.
        return Outcome.MEMORY, _memory(limits)
    if ending.status == 0 and ending.whole_reply:
        return Outcome.FINISHED, ""
    return _limit_met(ending, limits) or _plain_failure(ending)


def _limit_met(ending: Ending, limits: Limits) -> tuple[Outcome, str] | None:
    number = _signal_of(ending.status)
    if number == getattr(signal, "SIGXCPU", -1) or (number == 9 and ending.cpu_s >= limits.cpu_s):
        return Outcome.CPU, f"{limits.cpu_s:g} s of processor time"
    code = 0 if ending.status is None else _code_of(ending.status)
    if code == EXIT_MEMORY:
        return Outcome.MEMORY, _memory(limits)
    if ending.processes_full or code == EXIT_PROCESSES:
        return Outcome.PROCESSES, _processes(limits)
    if ending.disk_full or number == getattr(signal, "SIGXFSZ", -1):
        return Outcome.DISK, f"{limits.scratch_bytes >> 20} MiB of scratch space"
    return None


def _plain_failure(ending: Ending) -> tuple[Outcome, str]:
    if ending.status is None:
        return Outcome.CRASH, "killed from outside"
    number = _signal_of(ending.status)
    if number:
        return Outcome.CRASH, f"signal {number} ({_signal_name(number)})"
    code = _code_of(ending.status)
    if code:
        return Outcome.CRASH, f"exit code {code}"
    if ending.reply_bytes:
        return Outcome.PROTOCOL, f"a reply of {ending.reply_bytes} bytes that is not whole"
    return Outcome.PROTOCOL, "exit code 0 without a reply"


def _memory(limits: Limits) -> str:
    return f"{limits.memory_bytes >> 20} MiB of memory"


def _processes(limits: Limits) -> str:
    return f"{limits.processes} processes"


def _signal_of(status: int | None) -> int:
    return 0 if status is None else status & 0x7F


def _code_of(status: int) -> int:
    return status >> 8 & 0xFF


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
