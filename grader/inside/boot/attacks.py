"""The wall attacked by ourselves: each attack tries in earnest and reports what it got."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.inside.boot.seccomp import DENIED
from grader.inside.context import Context
from grader.wire.frames import Frame

Loot = list[str]
"""What an attack got hold of, in words; empty when the wall held."""

_SEARCHED_AWAY = ("/proc", "/sys", "/dev", "/usr/share", "/usr/include", "/usr/src")
_HARMLESS_ERRORS = {1, 13, 22, 38, 97}  # EPERM EACCES EINVAL ENOSYS EAFNOSUPPORT: refused before anything happened


def self_attack(frame: Frame, context: Context) -> Frame:
    """Run the attack called `name` and reply with its loot."""
    options = dict(frame.message)
    return Frame({"loot": ATTACKS[options.pop("name")](options, context)})


def _read_paths(options: Mapping[str, Any], _: Context) -> Loot:
    """Read files by the paths they have on the host."""
    return [path for path in options["paths"] if _readable(Path(path))]


def _readable(path: Path) -> bool:
    try:
        return bool(os.listdir(path)) if path.is_dir() else bool(path.open("rb").read(1))
    except OSError:
        return False


def _search(options: Mapping[str, Any], _: Context) -> Loot:
    """Walk over everything there is and look for files by name."""
    wanted = frozenset(options["files"])
    return [os.path.join(folder, name) for folder, names in _walk() for name in wanted.intersection(names)]


def _walk() -> Iterator[tuple[str, list[str]]]:
    for folder, below, names in os.walk("/"):
        # The interpreter's packages have caches by the thousand.
        below[:] = [
            name for name in below if os.path.join(folder, name) not in _SEARCHED_AWAY and name != "__pycache__"
        ]
        yield folder, names


def _read_package(_: Mapping[str, Any], __: Context) -> Loot:
    """Find the grader's judging half, its installation or a path that leads to it."""
    modules = ("grader.score", "grader.cli", "grader.assignment", "grader.jail", "grader.checks")
    loot = [name for name in modules if importlib.util.find_spec(name) is not None]
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        # A masked installation leaves an empty folder of that name, which says nothing.
        loot += filter(None, [importlib.metadata.distribution("cnn-grader").metadata["Name"]])
    for folder in filter(os.path.isdir, sys.path):
        loot += [str(path) for path in Path(folder).glob("*.pth") if b"grader" in _content(path)]
    return loot


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read_digits(_: Mapping[str, Any], __: Context) -> Loot:
    """Read scikit-learn's digits, which carry their labels."""
    places = [Path(folder, "sklearn/datasets/data") for folder in sys.path]
    return [str(path) for place in places for path in place.glob("digits.csv*") if _readable(path)]


def _read_environment(options: Mapping[str, Any], _: Context) -> Loot:
    """Find variables of the grader's environment in any environment in reach."""
    seen = {os.fsencode(f"{name}={value}") for name, value in os.environ.items()}
    for path in Path("/proc").glob("*/environ"):
        seen.update(_content(path).split(b"\0"))
    known = [pair for pair in seen if hashlib.sha256(pair).hexdigest() in options["digests"]]
    return sorted(pair.partition(b"=")[0].decode("utf-8", "replace") for pair in known)


def _leave_canary(options: Mapping[str, Any], context: Context) -> Loot:
    """Be the sibling: put a file wherever one may be put, then wait to be found."""
    for folder in (context.work, Path("/dev/shm")):  # noqa: S108
        with contextlib.suppress(OSError):
            (folder / options["canary"]).write_text(options["canary"], encoding="ascii")
    time.sleep(options["seconds"])
    return []


def _find_sibling(options: Mapping[str, Any], context: Context) -> Loot:
    """Find the file that a job running at the same time has put down, or that job itself."""
    folders = (str(context.work), "/dev/shm", "/tmp", "/proc", "/dev/pts", "/dev/mqueue")  # noqa: S108
    listed = {folder: _listed(folder) for folder in folders}
    loot = [f"{folder}/{name}" for folder, names in listed.items() for name in names if name == options["canary"]]
    return loot + [f"/proc/{name}" for name in listed.get("/proc", []) if name.isdigit() or name == "self"]


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _send_tcp(options: Mapping[str, Any], _: Context) -> Loot:
    return _sent(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", options["port"]), options["canary"])


def _send_udp(options: Mapping[str, Any], _: Context) -> Loot:
    return _sent(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", options["port"]), options["canary"])


def _send_abstract(options: Mapping[str, Any], _: Context) -> Loot:
    return _sent(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{options['address']}", options["canary"])


def _send_path(options: Mapping[str, Any], _: Context) -> Loot:
    return _sent(socket.AF_UNIX, socket.SOCK_STREAM, options["address"], options["canary"])


def _sent(family: int, kind: int, address: Any, canary: str) -> Loot:
    try:
        with socket.socket(family, kind) as speaker:
            speaker.settimeout(1.0)
            speaker.connect(address)
            speaker.send(canary.encode())
    except OSError:
        return []
    return [f"sent to {address!r}"]


def _open_sockets(_: Mapping[str, Any], __: Context) -> Loot:
    """Make a socket of every family that reaches beyond this machine's own files."""
    loot = []
    for family in range(2, 46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            with contextlib.suppress(OSError):
                socket.socket(family, kind).close()
                loot.append(f"socket family {family}")
    return loot


def _call_kernel(_: Mapping[str, Any], __: Context) -> Loot:
    """Call every system call that the filter refuses, with arguments that do no harm."""
    libc = ctypes.CDLL(None, use_errno=True)
    loot = []
    for name, number in DENIED[platform.machine()].items():
        zero = ctypes.c_long(0)
        answer = libc.syscall(ctypes.c_long(number), *(zero for _ in range(6)))
        if answer != -1 or ctypes.get_errno() not in _HARMLESS_ERRORS:
            loot.append(name)
    for flags in (0x1000_0000, 0x2000_0000, 0x4000_0000):
        if libc.unshare(ctypes.c_int(flags)) == 0:
            loot.append(f"unshare {flags:#x}")
    return loot


def _gain_privileges(_: Mapping[str, Any], __: Context) -> Loot:
    """Become another user, or be found to hold a capability or the right to gain one."""
    loot = []
    other = 0 if os.geteuid() else 12_345
    for change in (os.setuid, os.setgid):
        with contextlib.suppress(OSError):
            change(other)
            loot.append(change.__name__)
    libc = ctypes.CDLL(None, use_errno=True)
    held = (ctypes.c_uint32 * 6)()
    head = (ctypes.c_uint32 * 2)(0x2008_0522, 0)
    if libc.capget(head, held) != 0 or any(held):
        loot.append("capabilities")
    if libc.prctl(39, 0, 0, 0, 0) != 1:
        loot.append("no_new_privs is not set")
    return loot


def _touch_processes(_: Mapping[str, Any], __: Context) -> Loot:
    """Trace, read or kill processes that are none of ours."""
    libc = ctypes.CDLL(None, use_errno=True)
    loot = [f"memory of {pid}" for pid in (1, os.getppid()) if _readable(Path(f"/proc/{pid}/mem"))]
    if libc.ptrace(ctypes.c_long(16), ctypes.c_int(1), None, None) == 0:
        loot.append("ptrace of process 1")
    # Signal 0 asks for leave and does nothing else.
    strangers = [pid for pid in range(3, 33_000) if pid != os.getpid() and _may_signal(pid)]
    loot += [f"process {pid}" for pid in strangers]
    with contextlib.suppress(OSError):
        os.kill(1, signal.SIGKILL)
    # Had it worked, nobody would be left to say so.
    return loot


def _may_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _write_outside(options: Mapping[str, Any], _: Context) -> Loot:
    """Write anywhere but in the two folders that are ours."""
    places = ["/", "/usr", "/etc", "/opt", "/dev", "/proc", "/shares", "/spools", "/var", "/sys"]
    places += [sys.prefix, sys.base_prefix, *filter(os.path.isdir, sys.path), *options["folders"]]
    return [place for place in dict.fromkeys(places) if _writable(Path(place))]


def _writable(folder: Path) -> bool:
    trace = folder / f"written-by-self-attack-{os.getpid()}"
    try:
        trace.touch(exist_ok=False)
        # Where there is no wall, the attack leaves nothing behind either.
        trace.unlink()
    except OSError:
        return False
    return True


def _open_terminal(_: Mapping[str, Any], __: Context) -> Loot:
    """Get at a terminal, where a character may be a command."""
    loot = [path for path in ("/dev/tty", "/dev/console", "/dev/ptmx") if _readable_without_wait(path)]
    return loot + [f"descriptor {number}" for number in range(256) if _is_terminal(number)]


def _readable_without_wait(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _fork_many(options: Mapping[str, Any], _: Context) -> Loot:
    """Start processes until no more can be had."""
    count = 0
    with contextlib.suppress(OSError):
        while count <= options["most"]:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            count += 1
    return [f"{count} processes"] if count > options["most"] else []


ATTACKS: Mapping[str, Callable[[Mapping[str, Any], Context], Loot]] = {
    "read_paths": _read_paths,
    "search": _search,
    "read_package": _read_package,
    "read_digits": _read_digits,
    "read_environment": _read_environment,
    "leave_canary": _leave_canary,
    "find_sibling": _find_sibling,
    "send_tcp": _send_tcp,
    "send_udp": _send_udp,
    "send_abstract": _send_abstract,
    "send_path": _send_path,
    "open_sockets": _open_sockets,
    "call_kernel": _call_kernel,
    "gain_privileges": _gain_privileges,
    "touch_processes": _touch_processes,
    "write_outside": _write_outside,
    "open_terminal": _open_terminal,
    "fork_many": _fork_many,
}
