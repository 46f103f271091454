"""evidence/run.json says what DIR was made with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import OutputError
from grader.evidence.run_file import RunFile, read_run, run_path, write_run

RUN = RunFile("hw4", "0123456789ab", 7, "MNIST", "f" * 64, "hw4")


def test_run_file_reads_back(tmp_path: Path) -> None:
    """What was written is read; a new DIR has none."""
    assert read_run(tmp_path) is None
    write_run(tmp_path, RUN)
    assert read_run(tmp_path) == RUN
    write_run(tmp_path, replace(RUN, revision="new"))
    assert read_run(tmp_path) == replace(RUN, revision="new")


def test_older_dir_is_one_line(tmp_path: Path) -> None:
    """Another evidence format is named with ours and what to do, whatever else is in the file."""
    run_path(tmp_path).parent.mkdir()
    run_path(tmp_path).write_text(json.dumps({"format": "grader/evidence/v0", "what": 1}))
    with pytest.raises(OutputError, match=r"'grader/evidence/v0'.*'grader/evidence/v2'; choose a new --out") as caught:
        read_run(tmp_path)
    assert "\n" not in str(caught.value)


def test_other_assignment_is_not_mixed_in(tmp_path: Path) -> None:
    """A DIR of another assignment is refused and stays as it is."""
    write_run(tmp_path, RUN)
    with pytest.raises(OutputError, match="'hw4', not of 'hw5'"):
        write_run(tmp_path, replace(RUN, slug="hw5"))
    assert read_run(tmp_path) == RUN


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "grader/evidence/v2"}', "\xff"])
def test_damaged_run_file_is_named(tmp_path: Path, text: str) -> None:
    """What does not parse is one line with the path."""
    run_path(tmp_path).parent.mkdir()
    run_path(tmp_path).write_text(text, encoding="latin-1")
    with pytest.raises(OutputError, match=r"run\.json: damaged"):
        read_run(tmp_path)
