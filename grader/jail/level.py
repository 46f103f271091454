"""What this machine offers for building walls, each found out by trying."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.errors import NoJailError
from grader.jail.bubblewrap import find_bubblewrap
from grader.jail.cgroup import find_cgroups
from grader.jail.interpreter import find_interpreter

_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_VERSION_FLAG = 1
_TRY_USER_NAMESPACE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
_TRY_S = 10.0


def describe_level() -> Mapping[str, str]:
    """Facts for `grader doctor`, in the order in which they are printed."""
    return {
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "user": "root" if _is_root() else "ordinary user",
        "bubblewrap": bubblewrap_version() or "not installed (apt-get install bubblewrap)",
        "user namespaces": "allowed" if user_namespaces_work() else "refused",
        "landlock": f"ABI {landlock_abi()}" if landlock_abi() else "absent",
        "memory limits": "control groups" if find_cgroups() else "watched ten times a second",
        "interpreter": unreadable_interpreter() or "readable behind the wall",
    }


def bubblewrap_version() -> str:
    """The version that bwrap prints; empty where there is none."""
    try:
        found = subprocess.run([find_bubblewrap(), "--version"], capture_output=True, timeout=_TRY_S, check=True)  # noqa: S603
    except (NoJailError, OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.decode("utf-8", "replace").strip().removeprefix("bubblewrap ")


def user_namespaces_work() -> bool:
    """True when this user may make one; some systems forbid it to all but root."""
    if platform.system() != "Linux":
        return False
    command = [sys.executable, "-I", "-S", "-c", _TRY_USER_NAMESPACE]
    try:
        return subprocess.run(command, timeout=_TRY_S, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    if platform.system() != "Linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    size, flags = ctypes.c_size_t(0), ctypes.c_uint32(_LANDLOCK_VERSION_FLAG)
    return max(0, int(libc.syscall(ctypes.c_long(_LANDLOCK_CREATE_RULESET), None, size, flags)))


def unreadable_interpreter() -> str:
    """The part of the interpreter or its packages that the jail's user could not read; empty when all is well.

    As root, only the folders themselves have to be open to all: they are
    mounted, so those above them do not matter. An ordinary user has to reach
    them from the top.
    """
    try:
        interpreter = find_interpreter()
    except NoJailError as error:
        return str(error)
    parts = [interpreter.base or Path("/usr"), *([interpreter.packages] if interpreter.packages else [])]
    executable = shutil.which(sys.executable)
    parts += [Path(executable).resolve()] if executable else []
    for part in parts:
        if not _may_read(part):
            return f"{part} cannot be read by others; chmod -R go+rX it, or put the environment elsewhere"
    return ""


def _may_read(path: Path) -> bool:
    if not _is_root():
        return os.access(path, os.R_OK | os.X_OK)
    needed = stat.S_IROTH | stat.S_IXOTH
    return path.stat().st_mode & needed == needed


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
