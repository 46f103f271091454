import glob
import time

until = time.monotonic() + 3
while time.monotonic() < until:
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/proc/[0-9]*/cwd", "/proc/[0-9]*/root/tmp"):
        if glob.glob(f"{folder}/left-by-a-friend"):
            raise RuntimeError("found a friend")
    time.sleep(0.1)
