"""Real jobs behind real walls: how each one ends, and what is left of it."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.domain.outcome import Outcome
from grader.jail.census import take_census
from grader.jail.job import Jail, JailRun, Job, Level, Limits, Zone
from grader.jail.pool import open_jail
from grader.jail.walled import WalledJail
from grader.wire.frames import read_frame
from tests.jail.endings import ENDINGS, MIB, reply_of, run

pytestmark = pytest.mark.jail


@pytest.mark.parametrize(
    ("mode", "options", "limits", "outcome", "detail"), ENDINGS, ids=[f"{row[0]}-{row[3]}" for row in ENDINGS]
)
def test_job_ends_in_the_outcome_of_the_limit_it_met(
    jail: Jail, mode: str, options: Mapping[str, Any], limits: Limits, outcome: Outcome, detail: str
) -> None:
    """Every way for a job to end has its own outcome, and detail names the limit or the signal."""
    result = run(jail, mode, limits=limits, **options)
    assert (result.outcome, detail in result.detail) == (outcome, True), result
    assert (result.reply is not None) == (outcome is Outcome.FINISHED)
    assert not result.worker_lost
    assert result.level is Level.NAMESPACES
    if result.reply is not None:
        result.reply.close()


def test_job_that_meets_its_limit_leaves_its_neighbour_alone(jail: Jail) -> None:
    """The warm process that forked a killed job runs the next one."""
    run(jail, "spin", limits=Limits(wall_s=0.3))
    assert reply_of(run(jail)).message["mode"] == "echo"


def test_message_blobs_and_seed_reach_the_job(jail: Jail) -> None:
    """A job is given its whole frame and its seed, and the seed decides what it draws."""
    job = Job(Zone.INTAKE, "boot.selftest", {"mode": "echo"}, blobs={"a/b.py": b"\0x"}, seed=7)
    frames = [reply_of(jail.run(job)) for _ in range(2)]
    assert frames[0].blobs == {"a/b.py": b"\0x"}
    assert frames[0].message["seed"] == 7
    assert frames[0].message["drawn"] == frames[1].message["drawn"]
    other = reply_of(jail.run(Job(Zone.INTAKE, "boot.selftest", {"mode": "echo"}, seed=8)))
    assert other.message["drawn"] != frames[0].message["drawn"]


def test_reply_of_one_job_is_the_spool_of_the_next(jail: Jail) -> None:
    """A spool arrives byte for byte under its name, and the parent keeps it."""
    blob = os.urandom(3 * MIB + 1)
    first = jail.run(Job(Zone.INTAKE, "boot.selftest", {}, blobs={"weights": blob}))
    assert first.reply is not None
    with first.reply.open() as stream:
        expected = hashlib.sha256(stream.read()).hexdigest()
    second = jail.run(Job(Zone.MEASURE, "boot.selftest", {}, spools={"handover": first.reply}))
    assert reply_of(second).message["spools"] == {"handover": expected}
    with first.reply.open() as stream:
        assert read_frame(stream).blobs["weights"] == blob
    first.reply.close()


def test_share_is_seen_only_by_the_job_that_names_it(jail: Jail) -> None:
    """A folder of the jail's list is read-only for the jobs that name it, and empty for all others."""
    paths = {"name": "read_paths", "paths": ["/shares/train/train.txt", "/shares/train"]}
    blind = jail.run(Job(Zone.STUDENT, "boot.self_attack", paths))
    assert reply_of(blind).message["loot"] == []
    seeing = jail.run(Job(Zone.STUDENT, "boot.selftest", {}, shares=("train",)))
    assert reply_of(seeing).message["shares"] == {"train": ["train.txt"]}
    writing = {"name": "write_outside", "folders": ["/shares/train"]}
    assert reply_of(jail.run(Job(Zone.STUDENT, "boot.self_attack", writing, shares=("train",)))).message["loot"] == []


def test_working_folder_is_empty_and_private(jail: Jail) -> None:
    """A job starts in an empty folder, whatever an earlier one wrote there."""
    run(jail, "fill_disk", limits=Limits(scratch_bytes=8 * MIB))
    assert reply_of(run(jail)).message["work"] == []


def test_environment_is_made_for_the_job(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the grader's environment reaches a job; plots need no screen."""
    seen = reply_of(run(jail)).message["environment"]
    assert {"MPLBACKEND", "HOME", "PATH"} < set(seen)
    assert (seen["HOME"], seen["MPLBACKEND"]) == ("/work", "Agg")
    assert not set(os.environ) & set(seen) - {"PATH", "HOME", "LANG", "PWD", "USER", "LOGNAME", "TZ", "TMPDIR"} - {
        name for name in seen if name.endswith("_THREADS") or name.startswith(("PYTHON", "LD_", "MPL", "XDG"))
    }


def test_log_is_harmless_text(jail: Jail) -> None:
    """What a job printed comes back with its control and direction characters made visible."""
    result = run(jail, "print", text="red\x1b[31m \u202eback\u200b \u4e2d\u6587")
    reply_of(result)
    assert result.log == "red\\x1b[31m \\u202eback\\u200b \u4e2d\u6587\n"


def test_log_keeps_head_and_tail(jail: Jail) -> None:
    """A long log is cut in its middle and says by how much; printing a lot is no fault."""
    result = run(jail, "flood", bytes=4 * MIB, limits=Limits(log_bytes=4096))
    reply_of(result)
    assert len(result.log) < 4500
    assert "bytes left out" in result.log


def test_wall_limit_is_kept_within_a_second(jail: Jail) -> None:
    """A job that would sleep for an hour is gone at most a second after its limit."""
    run(jail)
    started = time.monotonic()
    result = run(jail, "sleep", seconds=3600, limits=Limits(wall_s=1.0))
    assert result.outcome is Outcome.TIMEOUT
    assert 1.0 <= time.monotonic() - started < 2.0
    assert 1.0 <= result.usage.wall_s < 2.0


def test_usage_is_measured_from_outside(jail: Jail) -> None:
    """Processor time and memory of a job are ours to count, children included."""
    result = run(jail, "allocate", bytes=192 * MIB, processes=2, seconds=0.5, limits=Limits(memory_bytes=2 << 30))
    reply_of(result)
    assert result.usage.cpu_s > 0
    assert 300 * MIB < result.usage.peak_bytes < 800 * MIB


def test_daemon_dies_with_its_job(jail: Jail) -> None:
    """A process that left parent, session and group is gone when its job has ended."""
    run(jail)
    before = take_census(os.getpid()).pids
    reply_of(run(jail, "daemon"))
    assert set(take_census(os.getpid()).pids) <= set(before)


def test_two_threads_run_jobs_at_once(jail: Jail) -> None:
    """Jobs from several threads run side by side, and each gets its own reply."""
    run(jail)
    replies: dict[int, Any] = {}

    def work(number: int) -> None:
        job = Job(Zone.INTAKE, "boot.selftest", {"mode": "sleep", "seconds": 1.0}, seed=number)
        replies[number] = reply_of(jail.run(job)).message["seed"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {number: number for number in range(4)}
    assert time.monotonic() - started < 3.0


def test_dead_warm_process_is_replaced(jail: Jail) -> None:
    """The job under a warm process that dies says so, and the next job gets a new one."""
    assert isinstance(jail, WalledJail)
    run(jail, zone=Zone.RENDER)
    pid = jail.zygote_pid(Zone.RENDER)
    assert pid is not None
    results: list[JailRun] = []
    thread = threading.Thread(target=lambda: results.append(run(jail, "sleep", seconds=60, zone=Zone.RENDER)))
    thread.start()
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    thread.join(10)
    assert [(result.outcome, result.worker_lost) for result in results] == [(Outcome.CRASH, True)]
    assert reply_of(run(jail, zone=Zone.RENDER)).message["mode"] == "echo"
    assert jail.zygote_pid(Zone.RENDER) != pid


def test_unknown_call_is_a_crash_that_names_it(jail: Jail) -> None:
    """A call that the zone does not have ends the job, and the log says which."""
    result = jail.run(Job(Zone.INTAKE, "boot.nothing", {}))
    assert result.outcome is Outcome.CRASH
    assert "boot.nothing" in result.log


def test_closed_jail_leaves_nothing_behind(jail_here: None, tmp_path: Path) -> None:
    """No process and no file outlives a jail that was closed."""
    before = set(take_census(os.getpid()).pids)
    with open_jail(scratch=tmp_path) as own:
        reply_of(run(own))
        assert len(list(tmp_path.iterdir())) == 1
    assert set(take_census(os.getpid()).pids) <= before
    assert list(tmp_path.iterdir()) == []


def test_replies_stay_out_of_the_heap(jail: Jail) -> None:
    """A reply of many megabytes does not make the parent's own memory grow by its size."""
    blob = bytes(48 * MIB)
    job = Job(Zone.INTAKE, "boot.selftest", {}, blobs={"weights": blob})
    first = jail.run(job)
    before = anonymous_bytes()
    held = [jail.run(job) for _ in range(3)]
    assert anonymous_bytes() - before < 32 * MIB
    for result in (first, *held):
        assert result.reply is not None
        assert result.reply.size > len(blob)
        result.reply.close()


def anonymous_bytes() -> int:
    """Heap of this process as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))
