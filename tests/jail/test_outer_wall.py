"""What bubblewrap is told, and what is seen behind it."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.errors import NoJailError
from grader.jail.bubblewrap import View, arguments, find_bubblewrap
from grader.jail.interpreter import Interpreter, find_interpreter
from grader.jail.job import Jail, Job, Level, Zone
from grader.jail.level import bubblewrap_version, describe_level, landlock_abi
from grader.jail.pool import open_jail
from grader.jail.stage import stage_code, stage_system
from grader.wire.frames import read_frame

PACKAGE = Path(__file__).resolve().parents[2] / "grader"


def loot_of(jail: Jail, zone: Zone, name: str, **options: Any) -> list[str]:
    """What one attack gets from inside a zone."""
    run = jail.run(Job(zone, "boot.self_attack", {"name": name, **options}))
    assert run.reply is not None, (run.outcome, run.detail, run.log)
    with run.reply.open() as stream:
        loot: list[str] = read_frame(stream).message["loot"]
    run.reply.close()
    return loot


@pytest.fixture
def interpreter() -> Interpreter:
    """An interpreter in a home folder with an environment beside it."""
    return Interpreter(Path("/home/prof/py"), "/opt/python", Path("/home/prof/venv/site"), "/opt/python/bin", "/x")


def test_paths_of_the_host_have_neutral_names_inside(interpreter: Interpreter) -> None:
    """Packages and interpreter are found under /opt; a path that is not bound has no name."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert interpreter.inner(Path("/home/prof/py/lib/os.py")) == "/opt/python/lib/os.py"
    assert interpreter.inner(Path("/home/prof/venv/site/torch")) == f"/opt/venv/lib/{version}/site-packages/torch"
    assert interpreter.inner(Path("/usr/lib/x")) == "/usr/lib/x"
    assert interpreter.inner(Path("/home/prof/hw4")) is None


def test_outer_wall_gives_nothing_writable_and_no_home(interpreter: Interpreter, tmp_path: Path) -> None:
    """Only devices are bound for writing, and neither home, root, /etc nor the checkout is a source."""
    view = View(interpreter, tmp_path, tmp_path / "code", {"train": tmp_path / "t"})
    words = arguments(view, "bwrap", as_root=False)
    assert "--bind" not in words
    assert "--cap-add" not in words
    bound = [words[i + 1] for i, word in enumerate(words) if word.startswith("--ro-bind")]
    allowed = ("/usr", "/bin", "/sbin", "/lib", "/home/prof/py", "/home/prof/venv/site", "/var/cache/fontconfig")
    assert [path for path in bound if not path.startswith((*allowed, str(tmp_path)))] == []
    devices = {words[i + 1] for i, word in enumerate(words) if word == "--dev-bind"}
    assert devices == {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")}


@pytest.mark.parametrize("zone", list(Zone))
def test_zone_is_given_its_own_code_alone(zone: Zone, tmp_path: Path) -> None:
    """Each zone's copy holds the wire, the domain, the boot code and its own package, and nothing that judges."""
    stage_code(tmp_path, zone)
    copied = {path.relative_to(tmp_path / "grader").as_posix() for path in tmp_path.rglob("*.py")}
    assert {"__init__.py", "wire/frames.py", "inside/context.py", "inside/boot/entry.py"} <= copied
    others = {f"inside/{other.value}/" for other in Zone if other is not zone}
    assert [name for name in copied if name.startswith(tuple(others))] == []
    top = {name.split("/")[0] for name in copied}
    assert top <= {"__init__.py", "wire", "domain", "inside", "formulas.py"}
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in tmp_path.rglob("*"))


def test_system_files_name_nobody(tmp_path: Path) -> None:
    """The jail's /etc knows one user, and its environment does not say where the real one lies."""
    stage_system(tmp_path / "system", find_interpreter())
    assert (tmp_path / "system/etc/passwd").read_text().startswith("student:x:1000:1000:")
    texts = [path.read_text() for path in (tmp_path / "system/venv").glob("pyvenv.cfg")]
    assert all(str(Path(sys.prefix)) not in text for text in texts)


@pytest.mark.jail
@pytest.mark.parametrize("zone", list(Zone))
def test_no_zone_shows_secrets(jail: Jail, zone: Zone) -> None:
    """Assignments, references, home folders and the digits' labels are out of reach in every zone."""
    root = PACKAGE.parent
    paths = [
        str(path) for path in (root, root / "assignments", root / "reference", root / ".git", Path.home(), "/root")
    ]
    spec = importlib.util.find_spec("sklearn")
    if spec is not None and spec.origin is not None:
        paths.append(str(Path(spec.origin).parent / "datasets/data/digits.csv.gz"))
    assert loot_of(jail, zone, "read_paths", paths=paths) == []
    assert loot_of(jail, zone, "read_digits") == []
    assert loot_of(jail, zone, "read_package") == []


def test_missing_bubblewrap_is_one_line_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bwrap nothing is run, and the message names the package."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(NoJailError, match="bubblewrap") as caught:
        open_jail(levels=(Level.NAMESPACES,))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert bubblewrap_version() == ""


@pytest.mark.jail
def test_wall_that_does_not_stand_is_no_jail(jail_here: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bwrap that fails, as where namespaces are forbidden, ends in a line that quotes it."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert find_bubblewrap() == str(broken)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(NoJailError, match="No permissions to create a new namespace"):
        open_jail(scratch=scratch, levels=(Level.NAMESPACES,))
    assert list(scratch.iterdir()) == []


def test_level_is_described_by_facts() -> None:
    """The doctor's lines about this machine are there on any machine."""
    facts = describe_level()
    assert {"kernel", "bubblewrap", "user namespaces", "landlock", "interpreter"} <= set(facts)
    assert all(isinstance(value, str) and value for value in facts.values())
    assert landlock_abi() >= 0
