"""Landlock: which files a process and all it starts may still touch, where namespaces are not to be had."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_DEVICES = 1 << 6 | 1 << 11
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ALL_FILES = (1 << 16) - 1
_ALL_TCP = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL

LIST = _READ_DIR
READ = _EXECUTE | _READ_FILE | _READ_DIR
DEVICE = _WRITE_FILE | _READ_FILE | _IOCTL
WRITE = _ALL_FILES & ~_MAKE_DEVICES

_LIBC = ctypes.CDLL(None, use_errno=True)


def confine(rules: Iterable[tuple[str, int]]) -> None:
    """Allow each path what stands beside it and nothing else: no other file, no TCP, no signal to the outside.

    The kernel has to know signals and abstract sockets (ABI 6); an older one
    refuses the rule set, and so no job runs. `no_new_privs` has to be set.
    """
    attributes = struct.pack("=QQQ", _ALL_FILES, _ALL_TCP, _ABSTRACT_SOCKETS_AND_SIGNALS)
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    for path, access in rules:
        _allow(ruleset, path, access)
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _FOR_FILES
        if access:
            _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes) -> int:
    words = [ctypes.c_char_p(word) if isinstance(word, bytes) else ctypes.c_ulong(word) for word in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *words))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result
