"""What sources define and do, without running them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.domain.evidence import SourceClass, SourceOutline
from grader.domain.reason import Reason
from grader.inside.intake.outline import outline
from grader.inside.intake.syntax import MOST_SOURCE, parse

ROOT = Path(__file__).resolve().parents[3]


def outlined(code: str) -> SourceOutline:
    """The outline of a text."""
    return outline(ast.parse(code), "hw4.py", code)


def test_classes_carry_bases_line_and_required_arguments() -> None:
    """Arguments without a default, keyword-only ones too; a subclass of a module is a module."""
    found = outlined(
        "import torch.nn as nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, classes, width=3, *, depth, p=0.5): ...\n"
        "class Deep(Net): ...\n"
        "class Other(object): ...\n"
        "if __name__ == '__main__':\n"
        "    class Guarded(torch.nn.Sequential): ...\n"
    )
    assert found.classes == (
        SourceClass("Net", 2, ("nn.Module",), ("classes", "depth"), True),
        SourceClass("Deep", 4, ("Net",), (), True),
        SourceClass("Other", 5, ("object",), (), False),
        SourceClass("Guarded", 7, ("torch.nn.Sequential",), (), True),
    )


def test_functions_imports_and_calls_are_listed_once() -> None:
    """Top-level functions, full names of imports, last names of calls in order."""
    found = outlined(
        "import torch, torch.nn as nn\nfrom torchvision.models import alexnet as a\n"
        "from . import net\nfrom .x import y\n"
        "def build_model():\n    def inner(): ...\n    return a(weights=None)\n"
        "async def train(m): m.conv1(2); m.conv1(3)\n"
    )
    assert found.functions == ("build_model", "train")
    assert found.imports == ("torch", "torch.nn", "torchvision.models.alexnet", ".net", ".x.y")
    assert set(found.calls) == {"a", "conv1"}


LOOP = "for x, y in data:\n    loss = f(model(x), y)\n    loss.backward()\n    optimizer.step()\n"
INDENTED = "".join(f"    {line}\n" for line in LOOP.splitlines())


@pytest.mark.parametrize(
    ("code", "loads", "trains"),
    [
        (LOOP, False, True),
        (f"def train():\n{INDENTED}", False, False),
        (f"def train():\n{INDENTED}\ndef main():\n    train()\nmain()\n", False, True),
        (
            "class T:\n    def run(self):\n        loss.backward()\nT().run()\n",
            False,
            True,
        ),
        (f"def train():\n{INDENTED}\nif __name__ == '__main__':\n    train()\n", False, False),
        (f"with torch.enable_grad():\n{INDENTED}", False, True),
        ("model.fit(x, y)", False, True),
        ("scheduler.step()", False, False),
        ("train_set = datasets.MNIST('.', download=True)", True, False),
        ("if __name__ == '__main__':\n    datasets.MNIST('.')\n", True, False),
        ("loader = DataLoader(x)", True, False),
        ("def train(d):\n    return DataLoader(d)\n", False, False),
        ("x = 1", False, False),
    ],
)
def test_what_an_import_would_do_is_seen(code: str, loads: bool, trains: bool) -> None:
    """Training at import, also through functions and methods; a main guard keeps it from happening."""
    found = outlined(code)
    assert (found.loads_data, found.trains_at_import) == (loads, trains)


def test_own_modules_can_be_outlined() -> None:
    """Real code of any size: every class that ast finds at the top of a module is there."""
    for path in sorted((ROOT / "grader").rglob("*.py"))[:40]:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        top = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        assert [each.name for each in outline(tree, "x.py", text).classes] == top


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("def f(:\n", Reason.SYNTAX_ERROR, 1),
        ("x = 1\ny = (2，3)\n", Reason.SYNTAX_ERROR, 2),
        ("if x = 1:\n  pass\n", Reason.SYNTAX_ERROR, 1),
        ("return 5\n", Reason.SYNTAX_ERROR, 1),
        ("def f():\nx = 1\n", Reason.SYNTAX_ERROR, 2),
        ("print 'hello'\n", Reason.PYTHON2, 1),
        ("x = 1\nprint x, y\n", Reason.PYTHON2, 2),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", Reason.PYTHON2, 3),
        ("exec 'x'\n", Reason.PYTHON2, 1),
        ("x = 0777\n", Reason.PYTHON2, 1),
        ("x = a <> b\n", Reason.PYTHON2, 1),
        ("raise ValueError, 'x'\n", Reason.PYTHON2, 1),
    ],
)
def test_what_is_no_python_3_is_placed(text: str, reason: Reason, line: int) -> None:
    """Reason, line and column; Python 2 is told from a slip."""
    problem = parse(text, "hw4.py").problem
    assert problem is not None
    assert (problem.reason, problem.file, problem.line) == (reason, "hw4.py", line)
    assert problem.column and problem.facts["detail"]


@pytest.mark.parametrize("text", ["(" * 5000, "x = " + "-" * 200_000 + "1", "a\0b", "1" * 5000, "\\", "f'{", "# é" * 3])
def test_hostile_text_is_a_problem_or_a_tree(text: str) -> None:
    """Brackets without end, zero bytes, numbers of thousands of digits: never an exception."""
    parsed = parse(text, "hw4.py")
    assert (parsed.tree is None) == (parsed.problem is not None)


def test_warning_of_the_compiler_is_no_problem() -> None:
    """An invalid escape sequence is the author's business."""
    assert parse("x = '\\d'\n", "hw4.py").problem is None


def test_source_over_the_cap_is_named() -> None:
    """More than a MiB of source is not parsed."""
    problem = parse("x" * (MOST_SOURCE + 1), "hw4.py").problem
    assert problem is not None and problem.reason == Reason.TOO_LARGE
    assert problem.facts == {"file": "hw4.py", "size": MOST_SOURCE + 1, "most": MOST_SOURCE}
