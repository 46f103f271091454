import socket

one, other = socket.socketpair()
one.send(b"inside")
assert other.recv(6) == b"inside"
for name in ("example.com", "localhost", "metadata.google.internal", "169.254.169.254"):
    try:
        socket.getaddrinfo(name, 80)
    except OSError:
        pass
