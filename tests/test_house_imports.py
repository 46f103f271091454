"""Who may import whom: the rules of docs/architecture.md, read from the sources by ast."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.sources import MODULES, ROOT, imported_names, name_of, place, sources, tree_of

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "disk", "domain", "formulas", "wire", "bundled"}),
    frozenset({"jail", "submissions", "datasets", "claims", "checks", "report", "export", "excerpts"}),
    frozenset({"assignment", "assignment_schema", "evidence", "gradebook"}),
    frozenset(
        {
            "alone",
            "collect",
            "inspect_files",
            "probe_jobs",
            "replies",
            "reference_models",
            "run_probe",
            "score",
            "publish",
            "read_documents",
        }
    ),
    frozenset({"batch", "class_files", "differences", "progress", "session"}),
    frozenset({"commands"}),
    frozenset({"cli", "__main__"}),
)
"""Each layer may import its own and those before it."""

INSIDE_MAY_IMPORT = {
    "student": {"wire", "domain"},
    "intake": {"wire", "domain"},
    "measure": {"wire", "domain", "formulas"},
    "render": {"wire", "domain", "formulas"},
}
NEVER_IN_THE_PARENT = {"torch", "torchvision", "thop", "torchsummary", "pickle", "shelve", "marshal", "joblib"}


def part_of(module: str) -> str:
    """First name below grader, e.g. jail for grader.jail.run."""
    return module.split(".")[1] if "." in module else ""


def layer_of(module: str) -> int | None:
    """Index of a module's layer, None for inside and for the package itself."""
    return next((index for index, layer in enumerate(LAYERS) if part_of(module) in layer), None)


def test_layers_name_every_part_of_the_package() -> None:
    """A new top-level module must say where it stands."""
    known = frozenset().union(*LAYERS) | {"", "inside", "testing"}
    assert sorted({part_of(module) for module in MODULES} - known) == []


def test_imports_point_one_way() -> None:
    """No module imports one of a later layer."""
    wrong = [
        f"{place(path, line)} imports {target}"
        for module, path in MODULES.items()
        for target, line in imported_names(path)
        if target.startswith("grader.") and None not in (layer_of(module), layer_of(target))
        if (layer_of(target) or 0) > (layer_of(module) or 0)
    ]
    assert wrong == []


def test_imports_make_no_circle() -> None:
    """The graph of module imports has no cycle."""
    graph = {
        module: {target for target, _ in imported_names(path) if target in MODULES and target != module}
        for module, path in MODULES.items()
    }
    left = dict(graph)
    while free := [module for module, targets in left.items() if not targets & left.keys()]:
        left = {module: targets for module, targets in left.items() if module not in free}
    assert sorted(left) == []


def test_package_root_is_imported_for_its_version_only() -> None:
    """`from grader import x` ties knots, so nobody writes it, the version aside."""
    wrong = [
        place(path, node)
        for path in MODULES.values()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "grader"
        if any(alias.name != "__version__" and f"grader.{alias.name}" not in MODULES for alias in node.names)
    ]
    assert wrong == []


def test_parent_imports_neither_the_inside_nor_torch() -> None:
    """Outside grader/inside nobody imports it, torch, or anything that unpickles."""
    outside = {name: path for name, path in MODULES.items() if part_of(name) != "inside"}
    outside |= {name_of(path): path for path in sources(ROOT / "assignments")}
    wrong = [
        f"{place(path, line)} imports {target}"
        for path in outside.values()
        for target, line in imported_names(path)
        if target.split(".")[0] in NEVER_IN_THE_PARENT or target.startswith("grader.inside")
    ]
    assert wrong == []


def test_zones_import_only_what_is_bound_for_them() -> None:
    """A zone sees its own package, the context, the boot code, and the few parts named for it."""
    wrong = []
    for module, path in MODULES.items():
        zone = module.split(".")[2] if module.startswith("grader.inside.") else ""
        if zone not in INSIDE_MAY_IMPORT:
            continue
        own = {f"grader.inside.{zone}", "grader.inside.context", "grader.inside.boot"}
        for target, line in imported_names(path):
            ours = target.startswith("grader") and not any(target == o or target.startswith(f"{o}.") for o in own)
            if ours and part_of(target) not in INSIDE_MAY_IMPORT[zone]:
                wrong.append(f"{place(path, line)} imports {target}")
    assert wrong == []


def test_wire_needs_only_the_standard_library() -> None:
    """The one package that both sides import brings nothing along."""
    wrong = [
        f"{place(path, line)} imports {target}"
        for module, path in MODULES.items()
        if part_of(module) == "wire"
        for target, line in imported_names(path)
        if target.split(".")[0] not in sys.stdlib_module_names and not target.startswith("grader.wire")
    ]
    assert wrong == []


@pytest.mark.parametrize("heavy", ["torch", "rich", "sqlalchemy", "weasyprint", "numpy", "pydantic"])
def test_help_imports_nothing_heavy(help_modules: frozenset[str], heavy: str) -> None:
    """`grader --help` answers without the libraries that take a second to import."""
    assert heavy not in help_modules


@pytest.fixture(scope="module")
def help_modules() -> frozenset[str]:
    """Top-level names in sys.modules after `grader --help`."""
    script = (
        "import sys\n"
        "sys.argv = ['grader', '--help']\n"
        "from grader.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "print('MODULES', *{name.partition('.')[0] for name in sys.modules})\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "grade" in run.stdout
    return frozenset(run.stdout.splitlines()[-1].split()[1:])
