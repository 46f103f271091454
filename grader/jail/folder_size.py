"""Whether a folder that somebody else fills is still within its limit."""

from __future__ import annotations

import os
from pathlib import Path

_MOST_ENTRIES = 20_000


def fits(folder: Path, most_bytes: int) -> bool:
    """True while the files below are no larger, and no more, than allowed. Links are not followed."""
    total = entries = 0
    pending = [str(folder)]
    while pending:
        try:
            with os.scandir(pending.pop()) as listing:
                for entry in listing:
                    entries += 1
                    total += _blocks(entry)
                    if total > most_bytes or entries > _MOST_ENTRIES:
                        return False
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except OSError:
            # It is being changed under our eyes, or gone.
            continue
    return True


def _blocks(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
