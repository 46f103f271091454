"""The table of reference networks that `grader models` prints."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader import reference_models
from grader.errors import GraderError
from grader.reference_models import ReferenceModel, load_reference_models


def test_table_holds_the_assignments_network() -> None:
    """HW4's AlexNet stands in it with the numbers that the hand formulas give."""
    model = next(model for model in load_reference_models() if model.slug == "alexnet-192")
    convolutions = (
        3 * 11**2 * 64 + 64,
        64 * 5**2 * 192 + 192,
        9 * 192 * 384 + 384,
        9 * 384 * 256 + 256,
        9 * 256**2 + 256,
    )
    linear = (9216 * 4096 + 4096, 4096 * 1024 + 1024, 1024 * 1000 + 1000)
    assert model.params == sum(convolutions) + sum(linear)
    assert model.input_shape == (3, 224, 224)


def test_wrong_number_of_a_lecture_names_its_erratum() -> None:
    """A number that does not hold points to docs/errata.md; one that holds says so; none is empty."""
    wrong = ReferenceModel("a", "A", "lecture", (3, 8, 8), 1, 2, printed="3 parameters", erratum="002-022")
    right = ReferenceModel("a", "A", "lecture", (3, 8, 8), 1, 2, printed="1 parameters")
    silent = ReferenceModel("a", "A", "lecture", (3, 8, 8), 1, 2)
    assert [model.holds for model in (wrong, right, silent)] == [
        "3 parameters: erratum 002-022",
        "1 parameters: holds",
        "",
    ]


@pytest.mark.parametrize("text", ["model = 3", "[[model]]\nslug = 1\n", "not toml", ""])
def test_damaged_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A table that cannot be read is one line with the file and what to do."""
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "models.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(reference_models, "bundled", lambda name: tmp_path)
    with pytest.raises(GraderError, match="models.toml: is damaged .*install the grader again"):
        load_reference_models()
    shutil.rmtree(folder)
    with pytest.raises(GraderError, match="models.toml"):
        load_reference_models()
