"""Removes what graders that were killed have left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

from grader.jail.scratch import PREFIX, is_in_use


def sweep(parent: Path) -> tuple[Path, ...]:
    """Remove the scratch folders below `parent` whose grader is dead; returns them.

    Their processes need no sweeping: the kernel ends them with their grader.
    """
    removed = []
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        # A link of that name was made by somebody else and may lead anywhere.
        if folder.is_symlink() or not folder.is_dir() or is_in_use(folder):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(folder)
    return tuple(removed)
