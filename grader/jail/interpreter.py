"""Where this Python and its packages lie, and where they will lie behind the wall."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from grader.errors import NoJailError

PYTHON = "/opt/python"
VENV = "/opt/venv"


@dataclass(frozen=True)
class Interpreter:
    """Two host folders, and the paths that stand for them behind the wall.

    `base` is None when the interpreter is a part of /usr, `packages` is None
    outside a virtual environment. `home` is the folder of the real interpreter
    behind the wall, `executable` what is started.
    """

    base: Path | None
    inner_base: str
    packages: Path | None
    home: str
    executable: str
    libraries: str | None = None
    """Where the loader finds an interpreter that was built as a shared library for another place."""

    def inner(self, path: Path) -> str | None:
        """The path behind the wall of a file of the interpreter or its packages; None for any other."""
        for outer, inner in ((self.packages, packages_path()), (self.base, self.inner_base), (Path("/usr"), "/usr")):
            if outer is not None and path.is_relative_to(outer):
                return os.path.join(inner, path.relative_to(outer))
        return None


def find_interpreter() -> Interpreter:
    """Describe the interpreter that runs now.

    Raises:
        NoJailError: when the executable is not a part of its own installation.
    """
    base = Path(sys.base_prefix).resolve()
    real = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
    if not real.is_relative_to(base):
        raise NoJailError(f"the interpreter {str(real)!r} lies outside its prefix {str(base)!r}; use another Python")
    inner_base = "/usr" if base == Path("/usr") else PYTHON
    shared = inner_base == PYTHON and bool(sysconfig.get_config_var("Py_ENABLE_SHARED"))
    libraries = f"{PYTHON}/lib" if shared else None
    home = os.path.join(inner_base, real.parent.relative_to(base))
    executable = os.path.join(home, real.name)
    if sys.prefix == sys.base_prefix:
        return Interpreter(_outside_usr(base), inner_base, None, home, executable, libraries)
    packages = Path(sysconfig.get_path("purelib")).resolve()
    return Interpreter(_outside_usr(base), inner_base, packages, home, f"{VENV}/bin/{real.name}", libraries)


def packages_path() -> str:
    """Where the virtual environment's packages are found behind the wall."""
    return f"{VENV}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def package_folders(interpreter: Interpreter) -> tuple[Path, ...]:
    """Every folder of installed packages that will be seen behind the wall."""
    roots = [root for root in (interpreter.base, Path("/usr"), Path("/usr/local")) if root is not None]
    found = [
        folder
        for root in roots
        for pattern in ("lib*/python3*/site-packages", "lib*/python3*/dist-packages")
        for folder in sorted(root.glob(pattern))
        if not folder.is_symlink()
    ]
    own = [interpreter.packages] if interpreter.packages is not None else []
    return tuple(dict.fromkeys([*own, *found]))


def system_site_packages() -> bool:
    """True when this virtual environment also shows the packages of its base."""
    try:
        text = Path(sys.prefix, "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(line.replace(" ", "").lower() == "include-system-site-packages=true" for line in text.splitlines())


def _outside_usr(base: Path) -> Path | None:
    return None if base == Path("/usr") else base
