"""What of the installed packages is hidden behind the wall."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.jail.masks import find_masked


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder of packages as pip leaves it, with the grader installed for development."""
    folder = tmp_path / "site-packages"
    files = {
        "torch/__init__.py": "",
        "sklearn/datasets/data/digits.csv.gz": "labels",
        "sklearn/datasets/data/iris.csv": "flowers",
        "grader/score.py": "",
        "cnn_grader-1.0.dist-info/METADATA": "",
        "__editable___cnn_grader_1_0_finder.py": "",
        "__editable__.cnn_grader-1.0.pth": "import __editable___cnn_grader_1_0_finder",
        "course.pth": "/srv/course/checkout\n",
        "upward.pth": "../../checkout",
        "distutils-precedence.pth": "import os; enabled = True",
        "inner.pth": "# comment\n\ntorch\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder.resolve()


def test_grader_checkouts_and_labels_are_masked(packages: Path) -> None:
    """The grader in every form, each way to a checkout and the digits are masked, and nothing else."""
    found = {path.relative_to(packages).as_posix() for path in find_masked([packages])}
    assert found == {
        "grader",
        "cnn_grader-1.0.dist-info",
        "__editable___cnn_grader_1_0_finder.py",
        "__editable__.cnn_grader-1.0.pth",
        "course.pth",
        "upward.pth",
        "sklearn/datasets/data/digits.csv.gz",
    }


def test_missing_folder_has_nothing_to_mask(tmp_path: Path) -> None:
    """A folder that does not exist is no error."""
    assert find_masked([tmp_path / "absent"]) == ()
