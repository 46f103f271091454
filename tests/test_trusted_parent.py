"""The parent stays clean: it imports no torch, runs no student's code, unpickles and connects to nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "assignments" / "hw4" / "samples" / "class"

WATCHED = """
import json, sys
seen = []
submissions = sys.argv.pop(1)
def hook(event, arguments):
    if event in ("pickle.find_class", "os.system", "socket.connect", "os.posix_spawn"):
        seen.append([event, repr(arguments)[:200]])
    elif event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith(submissions):
        seen.append([event, arguments[0].co_filename])
    elif event == "import" and arguments[0].split(".")[0] in ("torch", "torchvision", "thop"):
        seen.append([event, arguments[0]])
sys.addaudithook(hook)
from grader.cli import main
try:
    main()
except SystemExit as stop:
    print(json.dumps({"code": stop.code, "seen": seen, "inside": [m for m in sys.modules if "grader.inside" in m]}))
"""

pytestmark = [pytest.mark.jail, pytest.mark.slow]


def test_parent_runs_nothing_of_a_submission(jail_here: None, tmp_path: Path) -> None:
    """Grading a hostile and a right submission, the audit hook of the parent sees none of the watched events."""
    folder = tmp_path / "class"
    for name in ("kit-forger", "ada-kernel"):
        shutil.copytree(SAMPLES / name, folder / name)
    arguments = ["grade", "hw4", folder, "--out", tmp_path / "out", "--only", "q2", "--data", tmp_path / "data"]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    last = json.loads(done.stdout.splitlines()[-1])
    assert last == {"code": 0, "seen": [], "inside": []}, done.stderr
