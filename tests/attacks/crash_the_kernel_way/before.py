import ctypes

ctypes.memset(1, 0, 100)
