import ctypes

libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(4096)
for number in (321, 425, 426, 427, 248, 249, 250, 298, 323, 310, 311, 101, 175, 313, 246, 320, 169, 163, 164, 227, 435, 442):
    for first in (0, 1, 5, 0x10000000):
        libc.syscall(number, first, room, 64, 0, 0, 0)
