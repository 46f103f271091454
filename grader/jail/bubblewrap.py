"""The outer wall: bubblewrap's arguments for one zone's warm process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import NoJailError
from grader.jail.interpreter import VENV, Interpreter, package_folders, packages_path
from grader.jail.masks import find_masked
from grader.jail.stage import CODE

WORK = "/work"
_WARM_SCRATCH = 64 << 20
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1"}
_ROOT_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
"""What root keeps until the warm process has become an ordinary user of a namespace of its own."""


@dataclass(frozen=True)
class View:
    """What the processes of one zone see of the host: `shares` and `devices` besides the system."""

    interpreter: Interpreter
    system: Path
    code: Path
    shares: Mapping[str, Path] = field(default_factory=dict)
    devices: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    """Host folders that stay empty even where a system folder holds them."""


def find_bubblewrap() -> str:
    """The path of bwrap.

    Raises:
        NoJailError: when it is not installed.
    """
    found = shutil.which("bwrap", path=os.environ.get("PATH", "") + ":/usr/bin:/usr/local/bin")
    if found is None:
        raise NoJailError(
            "bubblewrap (bwrap) is not installed, so no submission can be run; apt-get install bubblewrap"
        )
    return found


def inner_environment(interpreter: Interpreter) -> dict[str, str]:
    """The whole environment behind the wall; nothing of the grader's own is handed on."""
    libraries = {} if interpreter.libraries is None else {"LD_LIBRARY_PATH": interpreter.libraries}
    single = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        "PATH": f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": WORK,
        "TMPDIR": WORK,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": WORK,
        "XDG_CACHE_HOME": f"{WORK}/.cache",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(single, "1"),
        **libraries,
    }


def arguments(view: View, bwrap: str, *, as_root: bool) -> list[str]:
    """The command line up to and including the ``--`` before the command."""
    return [
        bwrap,
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "jail"),
        *_privileges(as_root),
        *_root_folders(),
        *_interpreter(view),
        *_own(view),
        *_devices(view.devices),
        *_shares(view.shares),
        *_masks(view),
        *("--remount-ro", "/", "--chdir", "/", "--"),
    ]


def _privileges(as_root: bool) -> list[str]:
    dropped = ["--cap-drop", "ALL"]
    if not as_root:
        return ["--unshare-user", *dropped]
    return [*dropped, *(word for name in _ROOT_CAPABILITIES for word in ("--cap-add", name))]


def _folder(*paths: str) -> list[str]:
    # bubblewrap makes missing parents for root alone; the jail's user is another one.
    return [word for path in paths for word in ("--perms", "0755", "--dir", path)]


def _root_folders() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    words += _folder("/opt", "/shares", "/spools", "/var", "/dev", "/sys", "/sys/devices", "/sys/devices/system")
    words += ["--proc", "/proc", "--symlink", "work", "/tmp"]  # noqa: S108
    return [*words, "--perms", "1777", "--size", str(_WARM_SCRATCH), "--tmpfs", WORK]


def _interpreter(view: View) -> list[str]:
    interpreter = view.interpreter
    words: list[str] = []
    if interpreter.base is not None:
        parents = [str(path) for path in reversed(Path(interpreter.inner_base).parents)][1:]
        words += [*_folder(*parents), "--ro-bind", str(interpreter.base), interpreter.inner_base]
    if interpreter.packages is not None:
        words += ["--ro-bind", str(view.system / "venv"), VENV]
        words += ["--ro-bind", str(interpreter.packages), packages_path()]
    return words


def _own(view: View) -> list[str]:
    return [
        *("--ro-bind", str(view.code), CODE),
        *("--ro-bind", str(view.system / "etc"), "/etc"),
        *("--ro-bind", str(view.system / "proc"), "/opt/proc"),
        *("--ro-bind", str(view.system / "empty"), "/opt/empty"),
        *("--ro-bind", str(view.system / "cpu"), "/sys/devices/system/cpu"),
        *("--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig"),
    ]


def _devices(extra: Iterable[Path]) -> list[str]:
    words = [word for name in _DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")]
    words += [word for path in extra for word in ("--dev-bind", str(path), str(path))]
    words += [word for name, goal in _DEVICE_LINKS.items() for word in ("--symlink", goal, f"/dev/{name}")]
    return [*words, *_folder("/dev/shm")]  # noqa: S108


def _shares(shares: Mapping[str, Path]) -> list[str]:
    return [word for name, path in shares.items() for word in ("--ro-bind", str(path), f"/shares/{name}")]


def _masks(view: View) -> list[str]:
    masked = find_masked(package_folders(view.interpreter))
    inside = {path: view.interpreter.inner(path) for path in (*masked, *view.hidden) if path.exists()}
    words: list[str] = []
    for path, inner in inside.items():
        if inner is not None:
            cover = "empty" if path.is_dir() else "nothing"
            words += ["--ro-bind", str(view.system / cover), inner]
    return words
