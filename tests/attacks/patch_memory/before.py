import ctypes


def strike(value, other):
    ctypes.memmove(id(value) + 24, id(other) + 24, 4)


strike(8, 50)
strike(0, 1)
