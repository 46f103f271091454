"""Removing what dead graders left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.jail.scratch import PREFIX, Scratch
from grader.jail.sweep import sweep

ROOT = Path(__file__).resolve().parents[2]
LEAVES_A_FOLDER = """
import os, sys
from pathlib import Path
from grader.jail.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "code").mkdir()
os._exit(9)
"""


def test_sweep_takes_what_a_dead_grader_left(tmp_path: Path) -> None:
    """A scratch folder whose grader ended without closing it is removed; a living one's stays."""
    subprocess.run([sys.executable, "-c", LEAVES_A_FOLDER, str(tmp_path)], cwd=ROOT, check=False)
    (dead,) = tmp_path.iterdir()
    own = Scratch(tmp_path)
    assert sweep(tmp_path) == (dead,)
    assert list(tmp_path.iterdir()) == [own.path]
    own.close()
    assert list(tmp_path.iterdir()) == []


def test_sweep_leaves_strangers_alone(tmp_path: Path) -> None:
    """Links, files and folders of other names are not ours to remove, nor is one that is just being made."""
    target = tmp_path / "precious"
    target.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(target)
    (tmp_path / f"{PREFIX}file").touch()
    (tmp_path / f"{PREFIX}new").mkdir()
    assert sweep(tmp_path) == ()
    old = tmp_path / f"{PREFIX}new"
    os.utime(old, (0, 0))
    assert sweep(tmp_path) == (old,)
    assert target.is_dir()
