"""Counting the processes of a job from outside."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.jail.census import proportional_bytes, take_census

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts from /proc")

MIB = 1 << 20
FAMILY = """
import os, sys, time
block = bytearray(os.urandom(1)) * (64 << 20)
if os.fork() == 0:
    time.sleep(60)
total = 0
while os.times().user < 0.2:
    total += 1
print("ready", flush=True)
time.sleep(60)
"""


def test_census_counts_a_whole_family() -> None:
    """Children, their memory and their time are counted; pages they share are weighed once."""
    process = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == b"ready\n"
        census = take_census(process.pid)
        weight = proportional_bytes(census.pids)
        for pid in reversed(census.pids):
            os.kill(pid, 9)
    assert len(census.pids) == 2
    assert census.pids[0] == process.pid
    assert census.resident_bytes > 128 * MIB
    assert 64 * MIB < weight < 110 * MIB
    assert census.cpu_s >= 0.2


def test_census_of_nobody_is_empty() -> None:
    """A process that does not exist has no family."""
    census = take_census(1 << 30)
    assert (census.pids, census.resident_bytes, census.cpu_s) == ((), 0, 0.0)
    assert proportional_bytes([1 << 30]) == 0
