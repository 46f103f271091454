"""The process as a student's code finds it: quiet, seeded, and unable to leave without a word."""

from __future__ import annotations

import builtins
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.failure import Folder, StudentExit, printable

# Bound before any student code runs, which may replace them in their modules.
_really_exit = os._exit
_own_pid = os.getpid
_seed_torch = torch.manual_seed
_seed_numpy = np.random.seed
_seed_python = random.seed


def seed_all(seed: int) -> None:
    """Seed torch, numpy and random, before building and again before training."""
    _seed_torch(seed)
    _seed_numpy(seed % (1 << 32))
    _seed_python(seed)


def unpack(tree: dict[str, bytes], work: Path) -> tuple[Folder, list[Problem]]:
    """Write the submission's files below `work`; a name that leads elsewhere is left out and named."""
    root = os.path.join(os.path.realpath(work), "")
    refused = []
    for name, data in tree.items():
        parts = name.split("/")
        if not name or "\0" in name or name.startswith("/") or {"", ".", ".."} & set(parts):
            refused.append(Problem(Reason.UNREADABLE_FILE, facts={"file": printable(name)}))
            continue
        try:
            target = Path(root, *parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError:
            refused.append(Problem(Reason.UNREADABLE_FILE, facts={"file": printable(name)}))
    return Folder(root), refused


@contextmanager
def calm(folder: Folder) -> Iterator[None]:
    """Around all student code: no window opens, no question waits, no exit goes unseen."""
    own = _own_pid()

    def exit_seen(status: int = 0) -> NoReturn:
        if _own_pid() != own:
            # A worker process that the student's code forked may end as it likes.
            _really_exit(status)
        raise StudentExit(status)

    def no_input(*_: object) -> NoReturn:
        raise EOFError("EOF when reading a line")

    ask = builtins.input
    os.environ["MPLBACKEND"] = "Agg"
    sys.argv = [folder.root + "main.py"]
    os.chdir(folder.root)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", ".")]
    os._exit, builtins.input = exit_seen, no_input
    try:
        yield
    finally:
        os._exit, builtins.input = _really_exit, ask
