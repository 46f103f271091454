"""Puts together, in the jail's scratch folder, the few files that the jail shows under neutral names."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from grader.jail.interpreter import VENV, Interpreter, packages_path, system_site_packages
from grader.jail.job import Zone

CODE = "/opt/grader-inside"

_PACKAGE = Path(__file__).resolve().parent.parent
_EVERYWHERE = ("__init__.py", "wire", "domain", "inside/__init__.py", "inside/context.py", "inside/boot")
_OWN_CODE: Mapping[Zone, tuple[str, ...]] = {
    Zone.INTAKE: ("inside/intake",),
    Zone.STUDENT: ("inside/student",),
    Zone.MEASURE: ("inside/measure", "formulas.py"),
    Zone.RENDER: ("inside/render",),
}
_ETC_COPIED = ("ld.so.cache", "fonts", "alternatives")
_PROC_COPIED = ("cpuinfo", "meminfo", "version")
_CPU_COPIED = ("possible", "present", "online")
_USER = "student"


def checkout() -> tuple[Path, ...]:
    """The folder this package is developed in; installed, it lies among packages that have to stay visible."""
    folder = _PACKAGE.parent
    return () if folder.name in ("site-packages", "dist-packages") else (folder,)


def stage_code(target: Path, zone: Zone) -> None:
    """Copy what a zone may import of ours. A copy, so that a batch is graded by one version of it."""
    for name in (*_EVERYWHERE, *_OWN_CODE[zone]):
        source, copy = _PACKAGE / name, target / "grader" / name
        if source.is_dir():
            shutil.copytree(source, copy, copy_function=shutil.copy2)
        elif source.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    _open_to_all(target)


def stage_system(target: Path, interpreter: Interpreter) -> None:
    """Make the folders etc, proc, cpu, venv, empty and the file nothing below `target`."""
    (target / "empty").mkdir(parents=True)
    (target / "nothing").touch()
    _stage_etc(target / "etc")
    _stage_machine(target)
    if interpreter.packages is not None:
        _stage_venv(target / "venv", interpreter)
    _open_to_all(target)


def _stage_etc(etc: Path) -> None:
    etc.mkdir()
    for name in _ETC_COPIED:
        source = Path("/etc", name)
        if source.is_dir():
            shutil.copytree(source, etc / name, symlinks=True)
        elif source.exists():
            shutil.copyfile(source, etc / name)
    (etc / "passwd").write_text(f"{_USER}:x:1000:1000::/work:/usr/sbin/nologin\n", encoding="ascii")
    (etc / "group").write_text(f"{_USER}:x:1000:\n", encoding="ascii")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n", encoding="ascii")
    (etc / "hosts").write_text("127.0.0.1 localhost jail\n", encoding="ascii")


def _stage_machine(target: Path) -> None:
    """What honest libraries ask the kernel about the machine, as plain files."""
    for folder, origin, names in (
        ("proc", Path("/proc"), _PROC_COPIED),
        ("cpu", Path("/sys/devices/system/cpu"), _CPU_COPIED),
    ):
        (target / folder).mkdir()
        for name in names:
            try:
                (target / folder / name).write_bytes((origin / name).read_bytes())
            except OSError:
                continue


def _stage_venv(venv: Path, interpreter: Interpreter) -> None:
    """A virtual environment with nothing in it but its name: its packages are mounted into it."""
    (venv / "bin").mkdir(parents=True)
    name = Path(interpreter.executable).name
    for link in dict.fromkeys((name, "python", "python3")):
        (venv / "bin" / link).symlink_to(Path(interpreter.home, name))
    (venv / Path(packages_path()).relative_to(VENV)).mkdir(parents=True)
    wide = str(system_site_packages()).lower()
    text = f"home = {interpreter.home}\ninclude-system-site-packages = {wide}\n"
    (venv / "pyvenv.cfg").write_text(text, encoding="utf-8")


def _open_to_all(folder: Path) -> None:
    """The jail's user is another one than ours, and the umask may be a strict one."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
