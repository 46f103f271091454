"""A notebook as one Python script with `# %% cell N` markers, and its text cells as prose.

Magics and shell lines become `pass` with the line behind it as a comment. A cell
that is no Python becomes a comment altogether, so that the others still count.
Cells are numbered as they stand in the notebook, code cells only, from 1.
"""

from __future__ import annotations

import ast
import json
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.intake.syntax import parse

MOST_CELLS = 2_000
MOST_PRINTED = 200_000
"""Characters of stored output that are kept."""

_RUNS_ITS_BODY = frozenset({"time", "timeit", "capture", "prun"})
_SHELL_CALLS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput", "getoutput_var", "magic"})

_READ: Any = nbformat.reads
_TRANSFORMER: Any = TransformerManager


class BrokenNotebookError(ValueError):
    """The file is no notebook of any version."""


@dataclass(frozen=True)
class Notebook:
    """What a notebook comes to. `written` are files that its %%writefile cells would make.

    `printed` is the text of its stored outputs: what somebody's run once said, never a result.
    """

    script: str
    prose: str = ""
    printed: str = ""
    problems: tuple[Problem, ...] = ()
    written: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cell:
    """One cell as stored."""

    kind: str
    source: str
    outputs: Any


def read_notebook(text: str, path: str) -> Notebook:
    """Turn a notebook's JSON into a script; `path` is the notebook's, for its problems.

    Raises:
        BrokenNotebookError: when there are no cells to be read.
    """
    cells = list(_cells(text))
    if len(cells) > MOST_CELLS:
        raise BrokenNotebookError(f"{len(cells)} cells, at most {MOST_CELLS} are read")
    code = [cell for cell in cells if cell.kind == "code"]
    parts: list[str] = []
    problems: list[Problem] = []
    written: dict[str, str] = {}
    for number, cell in enumerate(code, 1):
        body, problem = _cell(cell.source, path, number, written)
        parts.append(f"# %% cell {number}\n{body.rstrip()}\n")
        if problem is not None:
            problems.append(problem)
    prose = "\n\n".join(cell.source.strip() for cell in cells if cell.kind == "markdown" and cell.source.strip())
    printed = "\n".join(text for cell in code for text in _printed(cell.outputs))[:MOST_PRINTED]
    return Notebook("\n".join(parts), prose, printed, tuple(problems), written)


def _printed(outputs: Any) -> Iterator[str]:
    """The texts of a cell's stored outputs, pictures and errors left out."""
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            data = output.get("data")
            found = data.get("text/plain") if isinstance(data, dict) else output.get("text")
            if isinstance(found, list):
                found = "".join(part for part in found if isinstance(part, str))
            if isinstance(found, str):
                yield found.rstrip("\n")


def _cells(text: str) -> Iterator[_Cell]:
    """Every cell, through nbformat where that can read it, else as the JSON has them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = _READ(text, as_version=4)["cells"]
    except Exception:
        # nbformat raises whatever its many steps raise; a notebook with odd metadata still has cells.
        cells = _salvaged(text)
    for cell in cells:
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if isinstance(source, str):
            known = cell if isinstance(cell, dict) else {}
            yield _Cell(str(known.get("cell_type", "")), source, known.get("outputs"))


def _salvaged(text: str) -> list[Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenNotebookError(str(error)[:200]) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise BrokenNotebookError("no list of cells")
    return cells


def _cell(source: str, path: str, number: int, written: dict[str, str]) -> tuple[str, Problem | None]:
    """One cell's part of the script."""
    # A lone carriage return ends a line, and with it a comment; a zero byte would spoil the whole script.
    lines = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        name, _, rest = lines[first][2:].strip().partition(" ")
        if name == "writefile" and rest.strip():
            written[rest.split()[-1]] = "\n".join(lines[first + 1 :]) + "\n"
        if name not in _RUNS_ITS_BODY:
            return _commented(lines), None
        lines[first] = f"# {lines[first]}"
    tree = parse("\n".join(lines), path).tree
    body = "\n".join(lines) if tree is not None else _without_magics("\n".join(lines))
    problem = parse(body, path).problem
    if problem is None:
        return body, None
    facts = {**problem.facts, "cell": number}
    return _commented(lines), Problem(Reason.NOTEBOOK_CELL, path, problem.line, problem.column, facts)


def _commented(lines: Iterable[str]) -> str:
    return "\n".join(f"# {line}" for line in lines)


def _without_magics(source: str) -> str:
    """The cell as IPython would run it, with what it would ask IPython to do left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            changed: str = _TRANSFORMER().transform_cell(textwrap.dedent(source) + "\n")
        tree = ast.parse(changed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = changed.rstrip("\n").split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and _asks_ipython(node):
            # The parser gives a last line to every statement.
            for index in range(node.lineno - 1, node.end_lineno or node.lineno):
                indent = lines[index][: len(lines[index]) - len(lines[index].lstrip())]
                lines[index] = f"{indent}pass  # {lines[index].strip()}"
            lines[node.lineno - 1] = _timed(node, lines[node.lineno - 1])
    return "\n".join(lines)


def _asks_ipython(node: ast.stmt) -> bool:
    """True for `get_ipython().run_line_magic(...)` and the like, with or without an assignment."""
    value = node.value if isinstance(node, ast.Expr | ast.Assign) else None
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in _SHELL_CALLS
        and isinstance(value.func.value, ast.Call)
        and isinstance(value.func.value.func, ast.Name)
        and value.func.value.func.id == "get_ipython"
    )


def _timed(node: ast.stmt, line: str) -> str:
    """`%time x = f()` runs x = f(), so that line stays."""
    call = getattr(node, "value", None)
    arguments = [a.value for a in call.args if isinstance(a, ast.Constant)] if isinstance(call, ast.Call) else []
    if len(arguments) != 2 or arguments[0] != "time" or not isinstance(arguments[1], str):
        return line
    try:
        ast.parse(arguments[1])
    except (SyntaxError, ValueError):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}{arguments[1]}"
