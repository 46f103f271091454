"""From what was seen of a job to its outcome."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from grader.domain.outcome import Outcome
from grader.jail.ending import Ending, judge
from grader.jail.job import Limits

LIMITS = Limits(cpu_s=5.0)
WHOLE = Ending(status=0, whole_reply=True, reply_bytes=100)


def exited(code: int) -> int:
    """The wait status of a process that ended with this code."""
    return code << 8


def test_whole_reply_and_success_are_both_needed() -> None:
    """Neither an exit code of 0 nor a whole reply alone makes a job finished."""
    assert judge(WHOLE, LIMITS)[0] is Outcome.FINISHED
    assert judge(replace(WHOLE, whole_reply=False), LIMITS)[0] is Outcome.PROTOCOL
    assert judge(replace(WHOLE, status=exited(1)), LIMITS)[0] is Outcome.CRASH
    assert judge(replace(WHOLE, status=int(signal.SIGSEGV)), LIMITS)[0] is Outcome.CRASH
    assert judge(replace(WHOLE, status=None), LIMITS)[0] is Outcome.CRASH


def test_first_limit_is_what_counts() -> None:
    """A job that we stopped is judged by why, whatever its processes say afterwards."""
    for outcome in (Outcome.TIMEOUT, Outcome.MEMORY, Outcome.OUTPUT, Outcome.PROTOCOL):
        stopped = replace(WHOLE, stopped=outcome, stopped_by="why", disk_full=True, memory_full=True)
        assert judge(stopped, LIMITS) == (outcome, "why")


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Ending(status=int(signal.SIGXCPU)), Outcome.CPU),
        (Ending(status=int(signal.SIGKILL), cpu_s=5.2), Outcome.CPU),
        (Ending(status=int(signal.SIGKILL), cpu_s=0.2), Outcome.CRASH),
        (Ending(status=int(signal.SIGKILL), memory_full=True), Outcome.MEMORY),
        (Ending(status=None, memory_full=True), Outcome.MEMORY),
        (Ending(status=exited(71)), Outcome.MEMORY),
        (Ending(status=exited(72)), Outcome.PROCESSES),
        (Ending(status=exited(1), processes_full=True), Outcome.PROCESSES),
        (Ending(status=exited(1), disk_full=True), Outcome.DISK),
        (Ending(status=int(signal.SIGXFSZ)), Outcome.DISK),
        (Ending(status=exited(0), disk_full=True), Outcome.DISK),
        (Ending(stopped=Outcome.TIMEOUT, stopped_by="5 s", processes_full=True), Outcome.PROCESSES),
        (Ending(worker_lost=True), Outcome.CRASH),
        (Ending(problem="mount failed"), Outcome.CRASH),
    ],
)
def test_failed_job_is_judged_by_the_limit_it_met(ending: Ending, outcome: Outcome) -> None:
    """Where a limit explains the failure, the limit is the outcome and not the crash."""
    assert judge(ending, LIMITS)[0] is outcome


def test_limit_met_on_the_way_does_not_spoil_a_finished_job() -> None:
    """Code that copes with a full disk or a refused process has finished."""
    assert judge(replace(WHOLE, disk_full=True, processes_full=True), LIMITS)[0] is Outcome.FINISHED


def test_kill_for_memory_decides_whomever_it_hit() -> None:
    """When the kernel killed any process of a job for memory, that is the outcome, chance or not."""
    assert judge(replace(WHOLE, memory_full=True), LIMITS)[0] is Outcome.MEMORY


def test_detail_names_signal_and_code() -> None:
    """A crash says by which signal or exit code, in words that a person can look up."""
    assert judge(Ending(status=int(signal.SIGABRT)), LIMITS)[1] == "signal 6 (SIGABRT)"
    assert judge(Ending(status=exited(3)), LIMITS)[1] == "exit code 3"
    assert judge(Ending(status=0), LIMITS)[1] == "exit code 0 without a reply"
