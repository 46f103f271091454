"""What a handler behind the wall is given and gives back. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.wire.frames import Frame


@dataclass(frozen=True)
class Context:
    """The job's surroundings. `work` is a private, empty, writable folder and the cwd."""

    work: Path
    seed: int = 0
    shares: Mapping[str, Path] = field(default_factory=dict)
    spools: Mapping[str, Path] = field(default_factory=dict)
    """Path of each spool; open it for reading like a file."""


Handler = Callable[[Frame, Context], Frame]
