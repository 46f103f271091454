"""`make` alone explains itself, and continuous integration runs what a developer runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = ROOT / "scripts" / "system-packages.sh"

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def path_of(folder: Path, *tools: str) -> dict[str, str]:
    """An environment whose PATH has these tools and nothing else."""
    for tool in tools:
        (folder / tool).symlink_to(shutil.which(tool) or f"/usr/sbin/{tool}")
    return {"PATH": str(folder)}


@needs_make
def test_make_alone_lists_every_target() -> None:
    """The default target prints each phony target with what it does."""
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {target for target in line.split() if not re.search(rf"^  make {target} +\S", said, re.MULTILINE)} == set()


def test_ci_runs_make_test() -> None:
    """.ci/run is executable and ends in `make test`."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec make test")


def test_system_packages_are_named_when_they_cannot_be_installed(tmp_path: Path) -> None:
    """Without root or apt: one line with the whole command, exit code 1."""
    environment = path_of(tmp_path, "sh", "id", "grep")
    run = subprocess.run(["/bin/sh", str(SYSTEM), sys.executable], capture_output=True, text=True, env=environment)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert re.search(r"missing system packages; run: .*apt-get install .*bubblewrap", line)


def test_unfit_python_is_named_in_one_line(tmp_path: Path) -> None:
    """No such Python, or one that is too old: one line says what is wanted."""
    old = tmp_path / "old"
    old.write_text('#!/bin/sh\ncase "$1" in -V) echo Python 3.9.2;; *) exit 1;; esac\n')
    old.chmod(0o755)
    for python, said in (("/no/such/python", "no /no/such/python"), (str(old), "Python 3.9.2")):
        run = subprocess.run(["/bin/sh", str(SYSTEM), python], capture_output=True, text=True)
        assert run.returncode == 1
        assert said in run.stderr and "3.11" in run.stderr
        assert len(run.stderr.splitlines()) == 1
