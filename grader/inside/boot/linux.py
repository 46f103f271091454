"""The few Linux calls that Python does not offer, each failing loudly."""

from __future__ import annotations

import ctypes
import os
import struct

CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x2008_0522
_LAST_CAPABILITY = 40
_SIGKILL = 9

_LIBC = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _checked(_LIBC.unshare(ctypes.c_int(flags)), f"unshare {flags:#x}")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that a descriptor refers to."""
    _checked(_LIBC.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2); a failed mount is an error and never silently no mount."""
    result = _LIBC.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        data.encode() if data else None,
    )
    _checked(result, f"mount at {target}")


def prctl(option: int, argument: int = 0) -> None:
    """prctl(2) with one argument."""
    unsigned = ctypes.c_ulong
    _checked(_LIBC.prctl(ctypes.c_int(option), unsigned(argument), unsigned(0), unsigned(0), unsigned(0)), "prctl")


def die_with_parent() -> None:
    """Be killed when the thread that started this process ends."""
    prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def forbid_new_privileges() -> None:
    """From now on no program that is started gains a privilege by it."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def take_in_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def set_dumpable(dumpable: bool) -> None:
    """Whether processes of the same user may trace this one or open its /proc entries."""
    prctl(_PR_SET_DUMPABLE, int(dumpable))


def drop_capabilities() -> None:
    """Give up every capability, for this process and all it starts."""
    for capability in range(_LAST_CAPABILITY + 1):
        # Older kernels know fewer; what is unknown cannot be held either.
        _LIBC.prctl(ctypes.c_int(_PR_CAPBSET_DROP), ctypes.c_ulong(capability), 0, 0, 0)
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_LIBC.capset(header, struct.pack("<6I", 0, 0, 0, 0, 0, 0)), "capset")


def install_filter(program: bytes) -> None:
    """Set no_new_privs and install a seccomp program, eight bytes per instruction."""
    forbid_new_privileges()
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    header = ctypes.create_string_buffer(head, len(head))
    result = _LIBC.prctl(
        ctypes.c_int(_PR_SET_SECCOMP),
        ctypes.c_ulong(_SECCOMP_MODE_FILTER),
        ctypes.c_ulong(ctypes.addressof(header)),
        ctypes.c_ulong(0),
        ctypes.c_ulong(0),
    )
    _checked(result, "seccomp")
