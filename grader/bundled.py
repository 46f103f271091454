"""Finds the folders that travel with the package: assignments, reference, templates."""

from __future__ import annotations

from pathlib import Path

from grader.errors import GraderError

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder of this name: inside an installed package, or beside it in a checkout.

    Raises:
        GraderError: when neither place has it, so the installation is not whole.
    """
    # An installed copy comes first: beside it lie other packages' folders, which may have the same name.
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise GraderError(f"{name}/ is neither in the installed package nor beside it; install the grader again")
