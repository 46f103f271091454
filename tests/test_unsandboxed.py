"""--unsafe-no-sandbox: typed in full, refused to root, stamped on every row and page; and no DIR behind two walls."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.commands.grade import refuse_weaker
from grader.errors import NoJailError
from grader.evidence.run_file import RunFile
from grader.export.gradebook_csv import gradebook_csv
from grader.jail.job import Level
from grader.report.catalogue import load_catalogue
from grader.report.class_page import class_page
from grader.report.student_page import student_page
from grader.score import UNSANDBOXED, score
from tests.assignments.hw4_graded import HW4
from tests.hw4_evidence import evidence

CATALOGUE = load_catalogue("en")


def _grade(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    submissions = out.parent / "class"
    submissions.mkdir(exist_ok=True)
    (submissions / "one.py").write_text("open('ran', 'w')\n")
    command = [sys.executable, "-m", "grader", "grade", "hw4", str(submissions), "--out", str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="refused to root alone")
def test_root_is_refused(tmp_path: Path) -> None:
    """One line, exit 2, and nothing was graded."""
    run = _grade(tmp_path / "out", "--unsafe-no-sandbox")
    assert (run.returncode, run.stdout) == (2, "")
    assert "refused to root" in run.stderr and run.stderr.count("\n") == 1
    assert not (tmp_path / "out" / "gradebook.csv").exists()


@pytest.mark.parametrize("short", ["--unsafe", "--unsafe-no", "--unsafe-no-sand"])
def test_the_word_is_typed_in_full(tmp_path: Path, short: str) -> None:
    """A beginning of the option is no option."""
    run = _grade(tmp_path / "out", short)
    assert run.returncode == 2 and "No such option" in run.stderr


def test_every_page_and_row_is_stamped() -> None:
    """Evidence that came without walls says so in the gradebook, on the student's page and on the class's."""
    behind = evidence()
    probes = {name: replace(each, environment={"jail": "none"}) for name, each in behind.probes.items()}
    grade = score(HW4, replace(behind, probes=probes))
    assert UNSANDBOXED in grade.flags and UNSANDBOXED not in score(HW4, behind).flags
    assert UNSANDBOXED in gradebook_csv([grade]).splitlines()[1]
    assert "UNSANDBOXED, UNVERIFIED" in student_page(grade, behind, HW4.info, CATALOGUE).stamp
    page = class_page([grade], HW4.info, CATALOGUE, environment={"jail": "none"})
    assert "UNSANDBOXED, UNVERIFIED" in page.stamp and "unsandboxed" in page.flags[0].name
    assert student_page(score(HW4, behind), behind, HW4.info, CATALOGUE).stamp == ""


@pytest.mark.parametrize(
    ("earlier", "now", "refused"),
    [
        ("ns", Level.LANDLOCK, True),
        ("ns", Level.NONE, True),
        ("ll", Level.NONE, True),
        ("ll", Level.NAMESPACES, False),
        ("ns", Level.NAMESPACES, False),
        ("none", Level.NONE, False),
        ("", Level.LANDLOCK, False),
    ],
)
def test_a_folder_is_not_graded_on_behind_weaker_walls(earlier: str, now: Level, refused: bool) -> None:
    """The same DIR on a machine with less: exit 3 and nothing run."""
    before = RunFile("hw4", "r", level=earlier)
    if not refused:
        refuse_weaker(now, before, Path("out"))
        return
    with pytest.raises(NoJailError, match=f"graded behind {earlier}, and here is {now}; nothing was run") as error:
        refuse_weaker(now, before, Path("out"))
    assert error.value.exit_code == 3
