"""Notebooks of all versions as scripts that Python can read."""

from __future__ import annotations

import ast
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.reason import Reason
from grader.inside.intake.notebook import BrokenNotebookError, read_notebook


def notebook(*cells: str, prose: str = "") -> str:
    """A version 4 notebook with these code cells."""
    made: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    if prose:
        made.cells.insert(0, nbformat.v4.new_markdown_cell(prose))
    return str(nbformat.writes(made))


def script_of(*cells: str) -> str:
    """The script of a notebook without problems, which Python has to accept."""
    found = read_notebook(notebook(*cells), "a.ipynb")
    assert found.problems == ()
    ast.parse(found.script)
    return found.script


def names_after(script: str) -> dict[str, object]:
    """What the script defines when it runs; the test's own cells only."""
    space: dict[str, object] = {}
    exec(compile(script, "a.ipynb.py", "exec"), space)
    return space


def test_cells_stand_behind_numbered_markers() -> None:
    """Code cells in file order, numbered from 1; text cells are prose."""
    found = read_notebook(notebook("x = 1", "y = x + 1\n", prose="# Q1\nMy words."), "a.ipynb")
    assert found.script == "# %% cell 1\nx = 1\n\n# %% cell 2\ny = x + 1\n"
    assert found.prose == "# Q1\nMy words."


def test_version_3_is_read() -> None:
    """Worksheets of an old notebook give the same script."""
    made = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_code_cell(input="x = 1"),
                    nbformat.v3.new_heading_cell(source="Title", level=2),
                    nbformat.v3.new_code_cell(input="y = 2"),
                ]
            )
        ]
    )
    found = read_notebook(nbformat.v3.writes_json(made), "a.ipynb")
    assert found.script == "# %% cell 1\nx = 1\n\n# %% cell 2\ny = 2\n"
    assert found.prose == "## Title"


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nx = 1",
        "!pip install torch\nx = 1",
        "!pip install \\\n  torch\nx = 1",
        "files = !ls\nx = 1",
        "%load_ext autoreload\n%autoreload 2\nx = 1",
        "torch.nn?\nx = 1",
        "%%time\nx = 1",
        "%%capture out\n!nvidia-smi\nx = 1",
        "if True:\n    !pip install thop\nx = 1",
        "if True:\n    %cd data\nelse:\n    pass\nx = 1",
        "  x = 1",
        "get_ipython().system('ls')\n%cd a\nx = 1",
        "%time x = 1",
        "x = 1;",
        "import os, sys\n!{sys.executable} -m pip install thop\nx = 1",
    ],
)
def test_magics_become_comments_and_the_rest_runs(cell: str) -> None:
    """Shell lines and magics go, blocks keep a body, what stands beside them is run."""
    assert names_after(script_of(cell))["x"] == 1


@pytest.mark.parametrize(
    "cell", ["%%bash\nrm -rf data", "%%html\n<b>x</b>", "%%javascript\nalert(1)", "%%writefile a.txt\nhi"]
)
def test_cells_of_other_languages_are_comments(cell: str) -> None:
    """Nothing of them is left to run, and the next cell is."""
    assert names_after(script_of(cell, "x = 1"))["x"] == 1


def test_line_numbers_are_those_of_the_cell() -> None:
    """A magic does not move the lines below it."""
    assert script_of("%matplotlib inline\n\nx = 1").splitlines()[3] == "x = 1"


def test_written_files_are_found() -> None:
    """%%writefile net.py gives the file that later cells import."""
    found = read_notebook(notebook("%%writefile -a net.py\nclass Net:\n    pass"), "a.ipynb")
    assert found.written == {"net.py": "class Net:\n    pass\n"}


def test_broken_cell_is_named_and_the_others_count() -> None:
    """Prose or a typo in a code cell: cell, line and column are said, and the script stays readable."""
    found = read_notebook(notebook("x = 1", "y = 2\nHere I train, the model", "z = x + 1"), "a.ipynb")
    (problem,) = found.problems
    assert (problem.reason, problem.file, problem.line) == (Reason.NOTEBOOK_CELL, "a.ipynb", 2)
    assert problem.facts["cell"] == 2 and problem.facts["detail"] == "invalid syntax"
    space = names_after(found.script)
    assert (space["x"], space["z"], "y" in space) == (1, 2, False)


def test_notebook_with_odd_metadata_still_has_cells() -> None:
    """What nbformat refuses is read from the JSON itself."""
    cells = [{"cell_type": "code", "source": ["x = 1\n", "y = 2"]}, "nonsense", {"cell_type": "code", "source": 5}]
    found = read_notebook(json.dumps({"cells": cells, "nbformat": "four", "metadata": 3}), "a.ipynb")
    assert names_after(found.script)["y"] == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "5", '{"cells": 5}', "[" * 100_000, '"x"', "<html>"])
def test_file_without_cells_is_broken(text: str) -> None:
    """Cut files, saved web pages and brackets without end are one error with words."""
    with pytest.raises(BrokenNotebookError) as caught:
        read_notebook(text, "a.ipynb")
    assert str(caught.value)


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_cells_give_a_readable_script(cells: list[str]) -> None:
    """Whatever stands in the cells, Python can read the script and each cell is there."""
    text = json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {},
            "cells": [
                {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
                for cell in cells
            ],
        }
    )
    script = read_notebook(text, "a.ipynb").script
    ast.parse(script.encode("utf-8", "replace"))
    assert script.count("# %% cell ") >= len(cells)


def test_stored_outputs_are_kept_as_text() -> None:
    """Streams and results; a picture's data and an error's trace are not."""
    made: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("train()")])
    made.cells[0].outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="Epoch 1\nAccuracy: 0.9932\n"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "45463084", "image/png": "aGk="}),
        nbformat.v4.new_output("display_data", data={"image/png": "aGk="}),
        nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=["secret"]),
    ]
    found = read_notebook(nbformat.writes(made), "a.ipynb")
    assert found.printed == "Epoch 1\nAccuracy: 0.9932\n45463084"


@pytest.mark.parametrize("outputs", [None, "x", [None, 3], [{"text": 5}], [{"data": []}], [{"text": ["a", 1, "b"]}]])
def test_odd_outputs_are_passed_over(outputs: Any) -> None:
    """A notebook that was written by hand may have anything there."""
    raw = {"cells": [{"cell_type": "code", "source": "x = 1", "outputs": outputs}], "nbformat": 99}
    assert read_notebook(json.dumps(raw), "a.ipynb").printed in ("", "ab")
