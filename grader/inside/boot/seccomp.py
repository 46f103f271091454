"""The system calls that no job needs, as a seccomp program put together by hand.

Namespaces hide most of the machine; this closes what they leave open: sockets
that know no network namespace, kernel interfaces with a history, further user
namespaces, and the means to look into a neighbour of the same user.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Mapping

_LOAD = 0x20  # ld  [k]
_JUMP_EQUAL = 0x15  # jeq k, t, f
_JUMP_AT_LEAST = 0x35  # jge k, t, f
_JUMP_ANY_BIT = 0x45  # jset k, t, f
_RETURN = 0x06

_ALLOW = 0x7FFF_0000
_ERRNO = 0x0005_0000
_KILL_PROCESS = 0x8000_0000

_NUMBER, _ARCH, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_AUDIT = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32_BIT = 0x4000_0000

_NEW_NAMESPACES = 0x7E02_0080  # every CLONE_NEW* flag
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_PDEATHSIG, _DUMPABLE, _SECCOMP, _MM, _PTRACER = 1, 4, 22, 35, 0x59616D61

# Numbers from 424 on are the same on every architecture.
_DENIED_EVERYWHERE: Mapping[str, int] = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "statmount": 457,
    "listmount": 458,
    "lsm_set_self_attr": 460,
    "open_tree_attr": 467,
}

DENIED: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        **_DENIED_EVERYWHERE,
        **{"ptrace": 101, "kcmp": 312, "process_vm_readv": 310, "process_vm_writev": 311},
        **{"add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298},
        **{"userfaultfd": 323, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161},
        **{"unshare": 272, "setns": 308, "kexec_load": 246, "kexec_file_load": 320, "seccomp": 317},
        **{"init_module": 175, "finit_module": 313, "delete_module": 176, "reboot": 169},
        **{"swapon": 167, "swapoff": 168, "acct": 163, "quotactl": 179, "syslog": 103, "vhangup": 153},
        **{"settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305, "adjtimex": 159},
        **{"sethostname": 170, "setdomainname": 171, "open_by_handle_at": 304, "name_to_handle_at": 303},
        **{"fanotify_init": 300, "personality": 135, "move_pages": 279, "migrate_pages": 256},
        **{"shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240, "vmsplice": 278, "memfd_create": 319},
        **{"iopl": 172, "ioperm": 173, "modify_ldt": 154},
    },
    "aarch64": {
        **_DENIED_EVERYWHERE,
        **{"ptrace": 117, "kcmp": 272, "process_vm_readv": 270, "process_vm_writev": 271},
        **{"add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241},
        **{"userfaultfd": 282, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51},
        **{"unshare": 97, "setns": 268, "kexec_load": 104, "kexec_file_load": 294, "seccomp": 277},
        **{"init_module": 105, "finit_module": 273, "delete_module": 106, "reboot": 142},
        **{"swapon": 224, "swapoff": 225, "acct": 89, "quotactl": 60, "syslog": 116, "vhangup": 58},
        **{"settimeofday": 170, "clock_settime": 112, "clock_adjtime": 266, "adjtimex": 171},
        **{"sethostname": 161, "setdomainname": 162, "open_by_handle_at": 265, "name_to_handle_at": 264},
        **{"fanotify_init": 262, "personality": 92, "move_pages": 239, "migrate_pages": 238},
        **{"shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180, "vmsplice": 75, "memfd_create": 279},
    },
}

FILTERED: Mapping[str, Mapping[str, int]] = {
    "x86_64": {"socket": 41, "socketpair": 53, "clone": 56, "clone3": 435, "prctl": 157, "ioctl": 16},
    "aarch64": {"socket": 198, "socketpair": 199, "clone": 220, "clone3": 435, "prctl": 167, "ioctl": 29},
}

# Without a user of their own, jobs could reach files and processes of that user by name.
PRETENDED: Mapping[str, Mapping[str, int]] = {
    "x86_64": {"chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452},
    "aarch64": {"fchmod": 52, "fchmodat": 53, "fchmodat2": 452},
}
"""Calls that seem to work and do nothing: honest copies of files set modes."""

WITHHELD: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        **{"chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "setxattrat": 463, "removexattrat": 466},
        **{"setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "file_setattr": 469},
        **{"removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "inotify_add_watch": 254},
        # Not pretended: touching a file relies on the failure where there is none.
        **{"utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280},
    },
    "aarch64": {
        **{"fchown": 55, "fchownat": 54, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469},
        **{"setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "inotify_add_watch": 27},
        **{"removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "utimensat": 88},
    },
}

OWN_PROCESS_ONLY: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "x86_64": {
        **{"prlimit64": (302, 0), "sched_setparam": (142, 0), "sched_setscheduler": (144, 0)},
        **{"sched_setattr": (314, 0), "sched_setaffinity": (203, 0), "setpriority": (141, 1), "ioprio_set": (251, 1)},
    },
    "aarch64": {
        **{"prlimit64": (261, 0), "sched_setparam": (118, 0), "sched_setscheduler": (119, 0)},
        **{"sched_setattr": (274, 0), "sched_setaffinity": (122, 0), "setpriority": (140, 1), "ioprio_set": (30, 1)},
    },
}
"""Calls that may name another process: number, and which argument names it."""


def program(machine: str, *, sockets: bool = True, same_user: bool = False) -> bytes:
    """The filter for a machine. Without `sockets` not even local ones can be made.

    `same_user` is for jobs that run as the grader's own user and in its own pid
    namespace: what acts on files by name or on other processes is closed too.

    Raises:
        OSError: for a machine whose system call numbers we do not know.
    """
    if machine not in DENIED:
        raise OSError(errno.ENOSYS, f"no system call table for {machine}")
    code = _head(machine)
    for number in DENIED[machine].values():
        code += _when(number, [_refuse(errno.EPERM)])
    special = FILTERED[machine]
    local_only = _only_equal(_ARGUMENT_0, socket.AF_UNIX, errno.EAFNOSUPPORT)
    code += _when(special["socket"], local_only if sockets else [_refuse(errno.EACCES)])
    code += _when(special["socketpair"], local_only)
    # clone3 hides its flags behind a pointer; told that it does not exist, libc takes clone.
    code += _when(special["clone3"], [_refuse(errno.ENOSYS)])
    namespaces = [_step(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1), _refuse(errno.EPERM)]
    code += _when(special["clone"], [_step(_LOAD, _ARGUMENT_0), *namespaces, _step(_RETURN, _ALLOW)])
    # Success is faked for the two that keep a job tied to its parent: honest libraries set them too.
    code += _when(
        special["prctl"],
        _none_of(
            _ARGUMENT_0, {_PDEATHSIG: 0, _DUMPABLE: 0, _SECCOMP: errno.EPERM, _MM: errno.EPERM, _PTRACER: errno.EPERM}
        ),
    )
    code += _when(special["ioctl"], _none_of(_ARGUMENT_1, {_TIOCSTI: errno.EPERM, _TIOCLINUX: errno.EPERM}))
    if same_user:
        code += _same_user(machine)
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _same_user(machine: str) -> list[bytes]:
    code: list[bytes] = []
    for number in PRETENDED[machine].values():
        code += _when(number, [_refuse(0)])
    for number in WITHHELD[machine].values():
        code += _when(number, [_refuse(errno.EPERM)])
    for number, argument in OWN_PROCESS_ONLY[machine].values():
        code += _when(number, _only_equal(_ARGUMENT_0 + 8 * argument, 0, errno.EPERM))
    return code


def _step(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)


def _refuse(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _head(machine: str) -> list[bytes]:
    steps = [
        _step(_LOAD, _ARCH),
        _step(_JUMP_EQUAL, _AUDIT[machine], 1, 0),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [_step(_JUMP_AT_LEAST, _X32_BIT, 0, 1), _step(_RETURN, _KILL_PROCESS)]
    return steps


def _when(number: int, body: list[bytes]) -> list[bytes]:
    """Run `body`, which has to return, for one system call."""
    return [_step(_JUMP_EQUAL, number, 0, len(body)), *body]


def _only_equal(argument: int, value: int, refusal: int) -> list[bytes]:
    return [
        _step(_LOAD, argument),
        _step(_JUMP_EQUAL, value, 0, 1),
        _step(_RETURN, _ALLOW),
        _refuse(refusal),
    ]


def _none_of(argument: int, refusals: Mapping[int, int]) -> list[bytes]:
    steps = [_step(_LOAD, argument)]
    for value, refusal in refusals.items():
        steps += [_step(_JUMP_EQUAL, value, 0, 1), _refuse(refusal)]
    return [*steps, _step(_RETURN, _ALLOW)]
