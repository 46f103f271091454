"""Files as text and tree, before any of them runs."""

from __future__ import annotations

import ast
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.inside.student.definitions import definitions
from grader.inside.student.failure import Folder, printable
from grader.inside.student.sources import decode, find_sources, read_source

FOLDER = Folder("/work/")


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    """Every file is decoded and either parsed or has a problem that names it."""
    source = read_source("a.py", data, FOLDER)
    assert (source.tree is None) == (source.problem is not None)
    assert source.problem is None or source.problem.file == "a.py"


@given(st.text(max_size=100))
def test_utf_8_is_read_as_utf_8(text: str) -> None:
    """What is UTF-8 without a declaration is never taken for another encoding."""
    text = text.replace("coding", "").removeprefix("\ufeff")
    read, encoding = decode(text.encode("utf-8", "replace"))
    assert encoding in ("utf-8", "utf-8-sig", "utf-16")
    if encoding == "utf-8":
        assert read == text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(max_size=2_000))
def test_printable_text_is_one_bounded_line(text: str) -> None:
    """No control or direction character and at most 300 characters are left of any text."""
    shown = printable(text)
    assert len(shown) <= 300
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_files_worth_loading_come_outermost_first() -> None:
    """Caches, resource forks, environments and hidden folders are left out."""
    names = ["b/c.py", "a.py", "__MACOSX/a.py", ".venv/x.py", "b/__pycache__/c.py", "n.ipynb.py", "a.txt", "setup.py"]
    assert find_sources(names) == ["a.py", "n.ipynb.py", "b/c.py"]


@pytest.mark.parametrize(
    ("statement", "defines"),
    [
        ("import torch", True),
        ("class A: pass", True),
        ("def f(): pass", True),
        ("cfg = [64, 'M', 128 * 2]", True),
        ("device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')", True),
        ("net = nn.Sequential(nn.Linear(2, 2))", True),
        ("try:\n    import cv2\nexcept ImportError:\n    cv2 = None", True),
        ("data = load()", False),
        ("train_set = datasets.MNIST('./data')", False),
        ("for i in range(9): pass", False),
        ("print('hello')", False),
        ("x = (yield_ := 3)", False),
        ("with open('x') as f: a = 1", False),
    ],
)
def test_only_what_defines_is_run_below_a_stop(statement: str, defines: bool) -> None:
    """Imports, classes, functions and simple values define; data, loops and output do not."""
    assert (definitions(ast.parse(statement).body) != []) is defines
