"""Opens the strongest jail that this machine has, found by trying."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.errors import NoJailError
from grader.jail.job import Level, Zone
from grader.jail.landlock_wall import LandlockWall
from grader.jail.namespace_wall import NamespaceWall
from grader.jail.plain import PlainJail
from grader.jail.scratch import Scratch
from grader.jail.sweep import sweep
from grader.jail.walled import Furnishing, Wall, WalledJail

_WALLS: Mapping[Level, Callable[[Furnishing, Scratch], Wall]] = {
    Level.NAMESPACES: NamespaceWall,
    Level.LANDLOCK: LandlockWall,
}


def open_jail(
    *,
    shares: Mapping[Zone, Mapping[str, Path]] | None = None,
    device: str = "cpu",
    walls: bool = True,
    scratch: Path | None = None,
    levels: Sequence[Level] = (Level.NAMESPACES, Level.LANDLOCK),
) -> WalledJail | PlainJail:
    """Open the first of `levels` that works. Without `walls` jobs run in plain processes: a student's own check.

    Raises:
        NoJailError: when walls are wanted and none of the levels works here.
    """
    furnishing = Furnishing(shares or {}, device)
    sweep(scratch or Path(tempfile.gettempdir()))
    if not walls:
        return PlainJail(furnishing.shares, scratch)
    if platform.system() != "Linux":
        raise NoJailError(f"walls need Linux and this is {platform.system()}; use a Linux machine or container")
    problems = []
    for level in levels:
        try:
            return _proved(level, furnishing, scratch)
        except NoJailError as error:
            problems.append(f"{level}: {error}")
    raise NoJailError(f"no wall stands here, so nothing was run ({'; '.join(problems)})")


def _proved(level: Level, furnishing: Furnishing, scratch: Path | None) -> WalledJail:
    folder = Scratch(scratch)
    try:
        jail = WalledJail(_WALLS[level](furnishing, folder), folder)
    except BaseException:
        folder.close()
        raise
    try:
        jail.prove()
    except BaseException:
        jail.close()
        raise
    return jail
