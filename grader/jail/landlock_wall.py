"""Level ll: no namespaces, but Landlock, the narrower filter and a watch over files and processes."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import NoJailError
from grader.jail.bubblewrap import inner_environment
from grader.jail.interpreter import find_interpreter, package_folders
from grader.jail.job import Level, Zone
from grader.jail.level import landlock_abi
from grader.jail.masks import find_masked
from grader.jail.scratch import Scratch
from grader.jail.stage import checkout, stage_code
from grader.jail.walled import Furnishing, Warmth
from grader.jail.zygote import Launch, Zygote, start_zygote

_NEEDED_ABI = 6
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime", "/var/cache/fontconfig")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

Rule = tuple[str, str]
"""A path and what may be done below it: list, read or device."""


class LandlockWall:
    """Starts warm processes that fence in each job they fork."""

    level = Level.LANDLOCK
    remedy = f"the kernel has to know Landlock ABI {_NEEDED_ABI} (Linux 6.12)"

    def __init__(self, furnishing: Furnishing, scratch: Scratch) -> None:
        if furnishing.device != "cpu":
            raise NoJailError("a GPU is lent at level ns only; use --device cpu")
        if landlock_abi() < _NEEDED_ABI:
            raise NoJailError(f"Landlock ABI {landlock_abi()}, at least {_NEEDED_ABI} (Linux 6.12) needed")
        self._furnishing = furnishing
        self._scratch = scratch
        self._staging = threading.Lock()

    def start(self, warmth: Warmth) -> Zygote:
        """Start the warm process of a zone."""
        code, plan = self._staged(warmth.zone)
        entry = str(code / "grader/inside/boot/entry.py")
        command = (sys.executable, "-I", "-u", entry, str(code), "warden")
        settings = {"zone": warmth.zone.value, "preload": warmth.preload, "plan": str(plan)}
        return start_zygote(Launch(command, _environment(self._scratch.path / "warm")), settings)

    def _staged(self, zone: Zone) -> tuple[Path, Path]:
        root = self._scratch.path
        code, plan, jobs = root / "code" / zone.value, root / f"{zone.value}.json", root / "jobs" / zone.value
        with self._staging:
            if not plan.exists():
                stage_code(code, zone)
                jobs.mkdir(parents=True)
                (root / "warm").mkdir(exist_ok=True)
                shares = {name: str(path.resolve()) for name, path in self._furnishing.shares.get(zone, {}).items()}
                rules = list(readable_rules((code,)))
                text = json.dumps({"rules": rules, "shares": shares, "jobs": str(jobs)})
                plan.write_text(text, encoding="utf-8")
        return code, plan


def readable_rules(own: Iterable[Path]) -> Iterator[Rule]:
    """What a job may read besides its own folder: the system, the interpreter, its packages, our few files."""
    interpreter = find_interpreter()
    hidden = {path.resolve() for path in (*find_masked(package_folders(interpreter)), *checkout())}
    roots = [Path(path) for path in _SYSTEM]
    roots += [path for path in (interpreter.base, interpreter.packages) if path is not None]
    for root in dict.fromkeys(path.resolve() for path in roots if path.exists()):
        yield from _around(root, hidden)
    for path in (*own, Path(sys.prefix, "pyvenv.cfg"), Path(sys.prefix, "bin"), *map(Path, _SETTINGS)):
        if path.exists():
            yield str(path), "read"
    yield from ((path, "device") for path in _DEVICES)


def _around(root: Path, hidden: set[Path]) -> Iterator[Rule]:
    """Everything below `root` but what is hidden. Rules only ever add, so the way there is cut in pieces."""
    inner = {path for path in hidden if path != root and path.is_relative_to(root)}
    if not inner:
        yield str(root), "read"
        return
    yield str(root), "list"
    for child in sorted(root.iterdir()):
        if child not in inner:
            yield from _around(child, inner)


def _environment(home: Path) -> dict[str, str]:
    """As behind bubblewrap, with the paths of the host."""
    given = inner_environment(find_interpreter())
    given.pop("LD_LIBRARY_PATH", None)
    places = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"), str(home))
    return {**given, **places, "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"}
