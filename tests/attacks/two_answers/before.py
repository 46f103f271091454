import os

for fd in range(3, 256):
    try:
        os.write(fd, b"\x10\0\0\0\0\0\0\0" + b'{"message":{}}  ')
    except OSError:
        pass
