"""Level ns: warm processes that bubblewrap holds, and namespaces of its own for each job."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from grader.errors import GraderError
from grader.jail.bubblewrap import View, arguments, find_bubblewrap, inner_environment
from grader.jail.interpreter import find_interpreter
from grader.jail.job import Level, Zone
from grader.jail.scratch import Scratch
from grader.jail.stage import CODE, checkout, stage_code, stage_system
from grader.jail.walled import Furnishing, Warmth
from grader.jail.zygote import Launch, Zygote, start_zygote

_GPU_ZONES = frozenset({Zone.STUDENT, Zone.MEASURE})
_GPU_DEVICES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*")
_MOST_CHECKED = 1_000
_FIRST_OUTER_ID = 1_000_000_000
"""Far above the ids that people, services and containers are given."""


class NamespaceWall:
    """Starts warm processes behind bubblewrap.

    Without `nested` jobs share the user namespace of their warm process, as
    they do by themselves on systems that forbid a second one.
    """

    level = Level.NAMESPACES
    remedy = "user namespaces have to be allowed here, or run as root"

    def __init__(self, furnishing: Furnishing, scratch: Scratch, *, nested: bool = True) -> None:
        if os.geteuid() == 0:
            _check_readable(furnishing.shares)
        self._nested = nested
        self._furnishing = furnishing
        self._scratch = scratch
        self._bwrap = find_bubblewrap()
        self._interpreter = find_interpreter()
        self._staging = threading.Lock()

    def start(self, warmth: Warmth) -> Zygote:
        """Start the warm process of a zone; the calling thread has to outlive it."""
        as_root = os.geteuid() == 0
        view = self._view(warmth.zone)
        entry = str(Path(CODE, "grader/inside/boot/entry.py"))
        command = (
            *arguments(view, self._bwrap, as_root=as_root),
            *(self._interpreter.executable, "-I", "-u", entry, CODE, "zygote"),
        )
        settings = {
            "zone": warmth.zone.value,
            "preload": warmth.preload,
            "nested": self._nested,
            "outer_id": _outer_id(warmth.zone) if as_root else None,
        }
        return start_zygote(Launch(command, inner_environment(self._interpreter)), settings)

    def _view(self, zone: Zone) -> View:
        system, code = self._scratch.path / "system", self._scratch.path / "code" / zone.value
        with self._staging:
            if not system.exists():
                stage_system(system, self._interpreter)
            if not code.exists():
                stage_code(code, zone)
        return View(
            self._interpreter,
            system,
            code,
            shares=self._furnishing.shares.get(zone, {}),
            devices=_devices(self._furnishing.device, zone),
            hidden=checkout(),
        )


def _check_readable(shares: Mapping[Zone, Mapping[str, Path]]) -> None:
    """Behind the wall root is nobody in particular, so what it shares has to be open to all.

    Raises:
        GraderError: names the first file or folder that is not.
    """
    folders = dict.fromkeys(folder for named in shares.values() for folder in named.values())
    for folder in folders:
        for path in (folder, *itertools.islice(folder.rglob("*"), _MOST_CHECKED)):
            needed = 0o005 if path.is_dir() else 0o004
            if path.exists() and path.stat().st_mode & needed != needed:
                raise GraderError(f"{path} cannot be read behind the wall; chmod -R go+rX {folder}")


def _devices(device: str, zone: Zone) -> tuple[Path, ...]:
    if device == "cpu" or zone not in _GPU_ZONES:
        return ()
    return tuple(path for pattern in _GPU_DEVICES for path in sorted(Path("/dev").glob(pattern)))


def _outer_id(zone: Zone) -> int:
    """A user that no one else on the machine is, one for each grader and zone."""
    return _FIRST_OUTER_ID + os.getpid() * len(Zone) + list(Zone).index(zone)
