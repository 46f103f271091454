import socket

for family in range(46):
    for kind in (1, 2, 3, 5):
        try:
            out = socket.socket(family, kind)
            out.setblocking(False)
            for address in (("127.0.0.1", @TCP@), ("::1", @TCP@, 0, 0), (2, @TCP@), "@SOCKET@", "\0@ABSTRACT@"):
                try:
                    out.connect(address)
                    out.send(b"hello")
                except (OSError, TypeError, ValueError):
                    pass
        except (OSError, ValueError):
            pass
