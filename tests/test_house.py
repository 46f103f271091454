"""The house rules of CONTRIBUTING.md, read from the sources by ast."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import TOGETHER, scope_of
from tests.sources import MODULES, PACKAGE, ROOT, Function, functions_of, is_handed_in, place, sources, tree_of

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
LINES_OF_A_MODULE = 300
LINES_OF_A_FUNCTION = 40
POSITIONAL_PARAMETERS = 5
INHERITED = ("_", "visit_", "forward")
"""Beginnings of method names whose docstring is that of the class they come from."""


def test_modules_are_short() -> None:
    """No module has more than 300 lines, in the tests neither."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sources(PACKAGE, ROOT / "tests")}
    assert {place(path, 1): n for path, n in lengths.items() if n > LINES_OF_A_MODULE} == {}


def test_functions_are_short() -> None:
    """No function has more than 40 lines."""
    wrong = {
        f"{place(path, node)} {node.name}": length
        for path in sources(PACKAGE, ROOT / "benchmarks")
        for node in functions_of(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert wrong == {}


def is_command(node: Function) -> bool:
    """True under @app.command(): the signature is the command line, and typer calls it by keyword."""
    return any(getattr(getattr(d, "func", None), "attr", "") == "command" for d in node.decorator_list)


def test_functions_take_few_positional_parameters() -> None:
    """At most five; options are keyword-only."""
    wrong = []
    for path in MODULES.values():
        for node in (node for node in functions_of(path) if not is_command(node)):
            names = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in {"self", "cls"}]
            if len(names) > POSITIONAL_PARAMETERS:
                wrong.append(f"{place(path, node)} {node.name}: {len(names)}")
    assert wrong == []


def test_modules_have_telling_names() -> None:
    """Nothing is called utils, helpers or common."""
    assert [module for module in MODULES if VAGUE & set(module.split("."))] == []


def public_nodes(path: Path) -> Iterator[ast.Module | ast.ClassDef | Function]:
    """The module, its public classes and functions, and public methods with a meaning of their own."""
    tree = tree_of(path)
    yield tree
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_") or is_bare(node):
            continue
        yield node
        methods = [item for item in getattr(node, "body", []) if isinstance(node, ast.ClassDef)]
        for item in methods:
            if isinstance(item, Function) and not is_bare(item) and not item.name.startswith(INHERITED):
                yield item


def is_bare(node: Function | ast.ClassDef) -> bool:
    """True for a protocol's or an overload's stub, and for an override, whose docstring is the base's."""
    if isinstance(node, ast.ClassDef):
        return False
    stub = len(node.body) == 1 and isinstance(node.body[0], ast.Expr) and node.body[0].value is not None
    only_dots = stub and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    overrides = any(getattr(d, "id", getattr(d, "attr", "")) == "override" for d in node.decorator_list)
    return overrides or (only_dots and node.body[0].value.value is ...)  # type: ignore[attr-defined]


def test_public_names_have_a_docstring() -> None:
    """Every module, public class, function and method says in a sentence what it is."""
    wrong = []
    for path in sources(PACKAGE, ROOT / "benchmarks", ROOT / "reference", ROOT / "assignments"):
        for node in public_nodes(path):
            text = ast.get_docstring(node)
            sentence = bool(text) and text.splitlines()[0].rstrip().endswith((".", "?", ":"))
            if not sentence and not (isinstance(node, ast.Module) and not node.body):
                wrong.append(f"{place(path, node)} {getattr(node, 'name', 'module')}")
    assert wrong == []


def test_tests_state_their_fact() -> None:
    """Every test function has a docstring."""
    wrong = [
        f"{place(path, node)} {node.name}"
        for path in sources(ROOT / "tests")
        for node in functions_of(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert wrong == []


def test_modules_keep_no_mutable_state() -> None:
    """No `global`, and no module-level list, dict or set under a lower-case name."""
    wrong = []
    for path in MODULES.values():
        tree = tree_of(path)
        wrong += [place(path, node) for node in ast.walk(tree) if isinstance(node, ast.Global)]
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
                node.value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp
            ):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                wrong += [place(path, t) for t in targets if isinstance(t, ast.Name) and not t.id.isupper()]
    assert wrong == []


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work stands in code or scripts."""
    marker = re.compile(r"\b(TO" r"DO|FIX" r"ME|HA" r"CK)\b")
    folders = [ROOT / name for name in ("grader", "tests", "benchmarks", "reference", "scripts", "templates")]
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".sh", ".toml", ".j2", ".css"} and not is_handed_in(path)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if marker.search(line)
    ]
    assert wrong == []


def test_files_that_stay_in_one_process_are_there() -> None:
    """A file that was renamed would lose its shared class, and the tests minutes."""
    assert [name for name in TOGETHER if not (ROOT / name).is_file()] == []
    assert scope_of("tests/test_samples.py::test_x[a]") == "tests/test_samples.py"
    assert scope_of("tests/test_other.py::test_x[a]") == "tests/test_other.py::test_x[a]"
