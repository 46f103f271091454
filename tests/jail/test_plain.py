"""Jobs without walls: a student's own check, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.domain.outcome import Outcome
from grader.jail.job import Job, Level, Limits, Zone
from grader.jail.plain import PlainJail
from grader.jail.pool import open_jail
from grader.wire.frames import read_frame

ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(wall_s=30.0, cpu_s=30.0)


@pytest.mark.parametrize(
    ("options", "limits", "outcome"),
    [
        ({"mode": "sleep", "seconds": 60}, Limits(wall_s=0.5), Outcome.TIMEOUT),
        ({"mode": "flood", "bytes": 4 << 20}, Limits(output_bytes=1 << 20), Outcome.OUTPUT),
        ({"mode": "signal", "number": 11}, QUICK, Outcome.CRASH),
        ({"mode": "exit", "code": 0}, QUICK, Outcome.PROTOCOL),
        ({"mode": "raise"}, QUICK, Outcome.CRASH),
    ],
    ids=lambda value: value.get("mode") if isinstance(value, dict) else None,
)
def test_plain_job_ends_in_the_same_words(
    tmp_path: Path, options: dict[str, object], limits: Limits, outcome: Outcome
) -> None:
    """Without walls a job's end is told apart as far as a plain process allows."""
    with open_jail(walls=False, scratch=tmp_path) as jail:
        assert jail.level is Level.NONE
        run = jail.run(Job(Zone.STUDENT, "boot.selftest", options, limits=limits))
    assert (run.outcome, run.reply, run.level) == (outcome, None, Level.NONE)
    assert list(tmp_path.iterdir()) == []


def test_plain_job_is_given_everything(tmp_path: Path) -> None:
    """Message, blobs, shares, spools and seed arrive as they do behind walls."""
    share = tmp_path / "train"
    share.mkdir()
    (share / "images.npy").touch()
    with PlainJail({Zone.MEASURE: {"train": share}}) as jail:
        first = jail.run(Job(Zone.MEASURE, "boot.selftest", {}, blobs={"a.py": b"x = 1"}, limits=QUICK, seed=5))
        assert first.reply is not None
        job = Job(
            Zone.MEASURE, "boot.selftest", {}, spools={"handover": first.reply}, shares=("train",), limits=QUICK, seed=5
        )
        second = jail.run(job)
    assert second.reply is not None
    with first.reply.open() as one, second.reply.open() as two:
        given, seen = read_frame(one), read_frame(two)
    assert given.blobs == {"a.py": b"x = 1"}
    assert seen.message["shares"] == {"train": ["images.npy"]}
    assert list(seen.message["spools"]) == ["handover"]
    assert seen.message["drawn"] == given.message["drawn"]
    assert "SECRET_OF_THE_GRADER" not in seen.message["environment"]
    first.reply.close()
    second.reply.close()


def test_plain_job_takes_its_group_along(tmp_path: Path) -> None:
    """Processes that a plain job leaves in its session are ended with it."""
    with PlainJail({}, tmp_path) as jail:
        job = Job(
            Zone.STUDENT, "boot.selftest", {"mode": "allocate", "bytes": 0, "processes": 3, "seconds": 60},
            limits=Limits(wall_s=2.0),
        )  # fmt: skip
        assert jail.run(job).outcome is Outcome.TIMEOUT
    deadline = time.monotonic() + 2
    while (left := commands_with(str(tmp_path))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def commands_with(text: str) -> list[str]:
    """Command lines of living processes that hold this text."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        try:
            command = Path("/proc", name, "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        found += [command] if text in command else []
    return found


FAR_FROM_LINUX = """
import importlib, sys
for name in ("fcntl", "resource"):
    sys.modules[name] = None
for name in ("job", "spool", "plain", "pool", "level", "sweep", "doctor"):
    importlib.import_module(f"grader.jail.{name}")
print("imported")
"""


def test_jail_is_imported_where_there_is_no_linux() -> None:
    """Nothing of the jail needs Linux's or even Unix's own modules before walls are asked for."""
    done = subprocess.run([sys.executable, "-c", FAR_FROM_LINUX], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "imported\n", done.stderr
