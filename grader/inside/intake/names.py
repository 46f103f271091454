"""Names of entries: what is refused, and what is only left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_DEPTH = 10
MOST_NAME_BYTES = 150

_LITTER = frozenset(
    {"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".git", ".hg", ".svn", "__pycache__", ".venv", "venv"}
    | {".ipynb_checkpoints", ".idea", ".vscode", ".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules"}
)
_DRIVE = re.compile(r"[A-Za-z]:")


class EscapesError(ValueError):
    """The name leads out of the folder it is unpacked into."""


class OddNameError(ValueError):
    """The name is too long, too deep, empty, or holds characters that no file name should."""


def entry_path(name: str) -> str:
    """The relative path that an archive's entry asks for, with slashes and in NFC.

    Raises:
        EscapesError: for absolute names, drives and `..`; they are never made harmless by cutting.
        OddNameError: for names that are no names.
    """
    text = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or _DRIVE.match(text) or ".." in parts:
        raise EscapesError(name)
    odd = not parts or len(parts) > MOST_DEPTH + 1 or not text.isprintable()
    if odd or any(len(part.encode("utf-8", "surrogatepass")) > MOST_NAME_BYTES for part in parts):
        raise OddNameError(name)
    return "/".join(parts)


def is_litter(path: str) -> bool:
    """True for what programs leave beside the work."""
    parts = path.lower().split("/")
    return any(part in _LITTER or part.startswith("._") for part in parts) or parts[-1].endswith((".pyc", ".pyo"))


def common_top(paths: Iterable[str]) -> str:
    """The one folder that all paths lie in, with its slash; empty when there is none."""
    tops = {path.split("/", 1)[0] if "/" in path else "" for path in paths}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""
