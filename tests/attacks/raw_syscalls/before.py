import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)
for number in (41, 41 | 0x40000000, 359):
    fd = libc.syscall(number, 2, 1, 0)
    if fd >= 0:
        address = struct.pack("<H", 2) + struct.pack(">H", @TCP@) + bytes([127, 0, 0, 1]) + bytes(8)
        libc.syscall(42, fd, address, 16)
        libc.syscall(1, fd, b"hello", 5)
