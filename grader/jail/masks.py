"""Files of the interpreter's own folders that must not be seen behind the wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

_DIGITS = ("sklearn/datasets/data/digits.csv.gz", "sklearn/datasets/data/digits.csv")
"""scikit-learn's digits with their labels: the test set when no other is prepared."""

_OWN_PATTERNS = ("cnn_grader-*", "grader-*.dist-info", "__editable__*grader*")


def find_masked(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Everything in these package folders that is ours, leads to a checkout, or holds labels."""
    return tuple(dict.fromkeys(path for folder in folders for path in _masked_in(folder)))


def _masked_in(folder: Path) -> Iterator[Path]:
    for name in ("grader", "grader.egg-link", "cnn-grader.egg-link", *_DIGITS):
        if (folder / name).exists():
            yield folder / name
    for pattern in _OWN_PATTERNS:
        yield from sorted(folder.glob(pattern))
    for path in sorted(folder.glob("*.pth")):
        if _leaves(path, folder):
            yield path
    # The finder of an editable install is a module beside its .pth and knows the checkout's path.
    for path in sorted(folder.glob("__editable__*.py")):
        yield path


def _leaves(path: Path, folder: Path) -> bool:
    """True for a .pth file that points out of its folder or loads an editable install's finder."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return True
    for line in (line.strip() for line in lines):
        if line.startswith(("import ", "import\t")):
            if "__editable__" in line:
                return True
        elif line and not line.startswith("#") and not (folder / line).resolve().is_relative_to(folder):
            return True
    return False
