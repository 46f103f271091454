import os

try:
    for number in range(64):
        with open(f"/dev/shm/{number}", "wb") as stream:
            stream.write(os.urandom(64 << 20))
except OSError:
    pass
