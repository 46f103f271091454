import socket

try:
    out = socket.create_connection(("127.0.0.1", @TCP@), timeout=2)
    out.sendall(b"hello")
except OSError:
    pass
