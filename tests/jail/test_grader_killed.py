"""What is left when the grader itself is killed without warning."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.jail.census import take_census
from grader.jail.job import Level
from grader.jail.level import landlock_abi
from grader.jail.sweep import sweep

pytestmark = pytest.mark.jail

ROOT = Path(__file__).resolve().parents[2]
GRADER = """
import sys, threading
from pathlib import Path
from grader.jail.job import Job, Level, Limits, Zone
from grader.jail.pool import open_jail

jail = open_jail(scratch=Path(sys.argv[1]), levels=(Level(sys.argv[2]),))
for zone, mode in ((Zone.INTAKE, "sleep"), (Zone.RENDER, "fork_and_flee"), (Zone.RENDER, "spin")):
    job = Job(zone, "boot.selftest", {"mode": mode}, limits=Limits(wall_s=300, cpu_s=300))
    threading.Thread(target=jail.run, args=(job,), daemon=True).start()
while any(jail.zygote_pid(zone) is None for zone in (Zone.INTAKE, Zone.RENDER)):
    pass
print("running", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("level", [Level.NAMESPACES, Level.LANDLOCK])
def test_nothing_survives_a_grader_that_is_killed(jail_here: None, tmp_path: Path, level: Level) -> None:
    """SIGKILL to the grader ends every warm process and job within a second; a sweep removes its files."""
    if level is Level.LANDLOCK and landlock_abi() < 6:
        pytest.skip("this kernel has no Landlock ABI 6 (Linux 6.12)")
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, str(tmp_path), level.value], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert grader.stdout is not None
    with grader, grader.stdout:
        assert grader.stdout.readline() == b"running\n"
        time.sleep(0.5)
        family = set(take_census(grader.pid).pids) - {grader.pid}
        assert len(family) >= 7
        assert sweep(tmp_path) == ()
        grader.send_signal(signal.SIGKILL)
        grader.wait()
    deadline = time.monotonic() + 1.0
    while (left := {pid for pid in family if is_alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == set()
    assert len(sweep(tmp_path)) == 1
    assert list(tmp_path.iterdir()) == []


def is_alive(pid: int) -> bool:
    """True for a process that exists and is more than an entry waiting to be collected."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def test_own_process_is_seen_alive() -> None:
    """The check that the test above rests on tells a living process from none."""
    assert is_alive(os.getpid())
    assert not is_alive(1 << 30)


INTERRUPTED = """
import os, signal, sys, threading, time
from pathlib import Path
from grader.jail.census import take_census
from grader.jail.job import Job, Zone
from grader.jail.pool import open_jail

# A runner in the background may have left Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
with open_jail(scratch=Path(sys.argv[1])) as jail:
    jail.run(Job(Zone.RENDER, "boot.selftest", {})).reply.close()
    idle = len(take_census(os.getpid()).pids)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        jail.run(Job(Zone.RENDER, "boot.selftest", {"mode": "fork_and_flee"}))
    except KeyboardInterrupt:
        time.sleep(0.5)
        print(len(take_census(os.getpid()).pids) - idle)
"""


def test_interrupted_grader_takes_its_job_along(jail_here: None, tmp_path: Path) -> None:
    """Ctrl-C ends the job that was waited for, and the jail stays in order."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr
    assert list(tmp_path.iterdir()) == []
