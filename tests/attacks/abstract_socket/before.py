import socket

try:
    socket.socket(socket.AF_UNIX).connect("\0@ABSTRACT@")
except OSError:
    pass
