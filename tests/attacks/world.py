"""The world that the attacks are run in: secrets to steal, listeners to reach, places to write to, and what is left."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from tests.attacks.suite import HERE, ROOT, Attack

CANARY = "canary-" + secrets.token_hex(32)
"""What no attack may bring out."""
MARK = "mark-" + secrets.token_hex(8)
"""What attacks write into every place they reach; no file of that name may be left anywhere."""
SECRET = secrets.token_bytes(32)
NOBODY = 65534
_PARTS = ("grader", "assignments", "reference", "templates")
_DROP_FILES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/srv", "/opt", "/mnt")
_TIMES = re.compile(rb'"timings": \{[^}]*\}')


@dataclass(frozen=True)
class World:
    """A folder with everything an attack may look for. `python` starts Python as the user that grades."""

    root: Path
    python: tuple[str, ...]
    level: str = "ns"
    user: int | None = None

    @property
    def places(self) -> Mapping[str, str]:
        """What attacks are told, so that they need not search for it."""
        return {
            "OUTSIDE": str(self.root / "outside"),
            "CHECKOUT": str(self.root / "checkout"),
            "DATA": str(self.root / "data"),
            "HOME": str(self.root / "home"),
            "ROOT": str(self.root),
            "MARK": MARK,
        }

    def own(self, *paths: Path) -> None:
        """Give files to the user that the grader runs as."""
        if self.user is not None:
            for top in paths:
                for path in (top, *top.rglob("*")):
                    os.chown(path, self.user, self.user, follow_symlinks=False)

    def grade(self, attacks: Sequence[Attack], name: str, *, only: str = "", honest: bool = True) -> Graded:
        """Run the real command on these attacks, beside an honest submission."""
        folder, out = self.root / name / "class", self.root / name / "out"
        folder.mkdir(parents=True)
        out.mkdir()
        # The same secret each time: what is drawn from it is the same for the same submission.
        (out / ".secret").write_bytes(SECRET)
        (out / ".secret").chmod(0o600)
        with _listeners(self.root / name) as ears:
            places = {**self.places, "OUT": str(out), **ears.places}
            honest_one = Attack("an-honest-one", "", "", base="honest")
            for attack in (honest_one, *attacks) if honest else attacks:
                attack.lay_out(folder, places)
            self.own(self.root / name)
            events = self.root / name / "events"
            command = [*self.python, str(self.root / "checkout/audited.py"), str(events), str(folder), self.level]
            command.append("--")
            command += ["grade", "hw4", str(folder), "--out", str(out)]
            command += ["--data", str(self.root / "data"), *(["--only", only] if only else [])]
            command += ["--unsafe-no-sandbox"] if self.level == "none" else []
            known, started = descendants(), time.monotonic()
            done = self._run(command)
            seconds = time.monotonic() - started
            heard = ears.heard()
        said = events.read_text("utf-8") if events.exists() else ""
        return Graded(out, done.returncode, done.stdout, done.stderr, heard, said, self.left(known), seconds)

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "PYTHONPATH": str(self.root / "checkout"),
            "LANG": "C.UTF-8",
            "GRADER_CANARY": CANARY,
            "AWS_SECRET_ACCESS_KEY": CANARY,
        }
        return subprocess.run(command, env=environment, capture_output=True, cwd=self.root, timeout=900, check=False)

    def left(self, known: frozenset[psutil.Process]) -> tuple[str, ...]:
        """What is still there after a run: processes that are not `known` from before it, mounts, cgroups, files."""
        found = [f"process {' '.join(each.cmdline())[:120]}" for each in descendants() - known]
        found += [f"temporary file {path.name}" for path in (self.root / "tmp").iterdir()]
        found += [f"written outside: {path.name}" for path in (self.root / "outside").iterdir()]
        homely = {"canary.txt", ".ssh", ".cache"}
        found += [f"in the home folder: {p.name}" for p in (self.root / "home").iterdir() if p.name not in homely]
        mounts = Path("/proc/self/mountinfo").read_text()
        found += [f"mount {line}" for line in mounts.splitlines() if str(self.root) in line]
        for top in _DROP_FILES:
            with contextlib.suppress(OSError):
                found += [f"{top}/{each}" for each in os.listdir(top) if MARK in each]
        return tuple(found)


@dataclass(frozen=True)
class Graded:
    """What a run of the command left: DIR, exit code, words, what listeners heard, trusted events, leftovers."""

    out: Path
    code: int
    stdout: bytes
    stderr: bytes
    heard: tuple[str, ...]
    events: str
    left: tuple[str, ...]
    seconds: float

    @cached_property
    def records(self) -> dict[str, dict]:  # type: ignore[type-arg]
        """The full records by student id."""
        found = (json.loads(path.read_text("utf-8")) for path in (self.out / "records").glob("*.json"))
        return {record["student"]["id"]: record for record in found}

    def folder_of(self, student: str) -> Path:
        """The student's folder."""
        for path in (self.out / "records").glob("*.json"):
            if json.loads(path.read_text("utf-8"))["student"]["id"] == student:
                return self.out / "students" / path.stem
        raise KeyError(student)

    def honest_bytes(self) -> dict[str, bytes]:
        """Everything of the honest one that may not depend on who else was graded; times are left out."""
        folder = self.folder_of("an-honest-one")
        lines = (self.out / "gradebook.csv").read_bytes().splitlines()
        row = next(line for line in lines if line.startswith(b"an-honest-one,"))
        return {"row": row, "result": _TIMES.sub(b"", (folder / "result.json").read_bytes())}

    def leaks(self, *secrets_: bytes) -> list[str]:
        """Files of the output, and streams, that hold one of the secrets, in plain or compressed."""
        found = []
        for path in sorted(self.out.rglob("*")):
            relative = path.relative_to(self.out)
            # What was collected is not shown to anybody, and .secret is the secret itself.
            if path.is_file() and relative.parts[0] not in ("evidence", ".secret"):
                if _holds(path.read_bytes(), secrets_):
                    found.append(str(relative))
        found += [name for name in ("stdout", "stderr") if _holds(getattr(self, name), secrets_)]
        return found


def _holds(data: bytes, secrets_: Sequence[bytes]) -> bool:
    streams = [data]
    if data.startswith(b"%PDF"):
        for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
            with contextlib.suppress(zlib.error):
                streams.append(zlib.decompress(found[1]))
    return any(secret in stream for stream in streams for secret in secrets_)


@dataclass(frozen=True)
class _Ears:
    """Sockets of ours that nobody inside may reach."""

    places: Mapping[str, str]
    sockets: Mapping[str, socket.socket]

    def heard(self) -> tuple[str, ...]:
        """The ways by which somebody came."""
        found = []
        for name, ear in self.sockets.items():
            ear.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                if ear.type == socket.SOCK_STREAM:
                    ear.accept()[0].close()
                else:
                    ear.recv(1)
                found.append(name)
        return tuple(found)


@contextlib.contextmanager
def _listeners(folder: Path) -> Iterator[_Ears]:
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory(prefix="ear", dir="/var/tmp") as short:
        os.chmod(short, 0o755)
        tcp, udp, abstract, path = (
            stack.enter_context(socket.socket(family, kind))
            for family, kind in (
                (socket.AF_INET, socket.SOCK_STREAM),
                (socket.AF_INET, socket.SOCK_DGRAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
            )
        )
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{MARK}")
        path.bind(f"{short}/ear")
        os.chmod(f"{short}/ear", 0o777)
        for ear in (tcp, abstract, path):
            ear.listen()
        places = {"TCP": str(tcp.getsockname()[1]), "UDP": str(udp.getsockname()[1])}
        places |= {"ABSTRACT": MARK, "SOCKET": f"{short}/ear"}
        yield _Ears(places, {"tcp": tcp, "udp": udp, "abstract socket": abstract, "path socket": path})


def descendants() -> frozenset[psutil.Process]:
    """Everything alive below this process; other tests of it may keep a jail warm."""
    family = psutil.Process().children(recursive=True)
    return frozenset(each for each in family if each.status() != psutil.STATUS_ZOMBIE)


def make_world(root: Path, *, walls: str = "ns") -> World:
    """Lay out a world. `walls` are ns and ll, user (ns as an ordinary user), and none."""
    os.chmod(root, 0o755)
    for name in ("home", "tmp", "outside", "data"):
        (root / name).mkdir()
    checkout = root / "checkout"
    for part in _PARTS:
        shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "audited.py", checkout / "audited.py")
    (checkout / "reference" / "canary.txt").write_text(CANARY)
    (checkout / "assignments/hw4/canary.txt").write_text(CANARY)
    with (checkout / "assignments/hw4/expected.toml").open("a", encoding="utf-8") as stream:
        stream.write(f"\n# {CANARY}\n")
    (root / "roster.csv").write_text(f"id,name\n1,{CANARY}\n")
    (root / "home/canary.txt").write_text(CANARY)
    (root / "home/.ssh").mkdir()
    (root / "home/.ssh/id_ed25519").write_text(CANARY)
    level = "ns" if walls == "user" else walls
    world = World(root, (sys.executable,), level)
    # Without walls nobody may be root.
    if walls in ("user", "none") and os.geteuid() == 0:
        become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
        world = World(root, (*become, readable_python(root, become)), level, NOBODY)
        world.own(*(root / name for name in ("home", "tmp", "outside", "data")))
    return world


def readable_python(root: Path, become: Sequence[str]) -> str:
    """An interpreter with this one's packages that an ordinary user can start.

    Raises:
        PermissionError: says which folder is closed, when there is none.
    """
    find = "from grader.jail.interpreter import find_interpreter; find_interpreter(); import torch, typer, weasyprint"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "checkout")}

    def works(python: str) -> bool:
        command = [*become, python, "-c", find]
        return subprocess.run(command, env=environment, capture_output=True, cwd="/", check=False).returncode == 0

    if works(sys.executable):
        return sys.executable
    system = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if system is not None:
        subprocess.run([system, "-m", "venv", "--without-pip", str(root / "venv")], check=True, capture_output=True)
        packages = next((root / "venv").glob("lib/python3*/site-packages"))
        with contextlib.suppress(OSError, shutil.Error):
            # The very files, under a folder that everybody may enter.
            shutil.copytree(sysconfig.get_path("purelib"), packages, copy_function=os.link, dirs_exist_ok=True)
        if works(str(root / "venv/bin/python")):
            return str(root / "venv/bin/python")
    raise PermissionError(
        f"an ordinary user cannot read {Path(sys.executable).resolve()} or its packages, so nothing can be graded as "
        "one: make the interpreter and VENV world-readable (chmod -R a+rX), or choose another VENV="
    )
