import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x10000000 | 0x00020000, 0x00020000, 0x40000000, 0x20000000):
    libc.unshare(flags)
for source, target, kind in ((b"none", b"/tmp", b"tmpfs"), (b"/", b"/mnt", None), (b"proc", b"/proc", b"proc")):
    libc.mount(source, target, kind, 4096, None)
libc.umount2(b"/tmp", 2)
for call in (os.chroot, os.fchdir):
    try:
        call("/tmp")
    except (OSError, TypeError):
        pass
libc.syscall(155, b"/tmp", b"/tmp")
libc.syscall(428, -100, b"/", 1)
libc.syscall(430, b"tmpfs", 0)
