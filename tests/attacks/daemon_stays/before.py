import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3, 256):
            try:
                os.close(number)
            except OSError:
                pass
        while True:
            for folder in ("@OUTSIDE@", "/tmp", "/var/tmp", "/dev/shm", "."):
                try:
                    with open(f"{folder}/@MARK@-daemon", "a") as stream:
                        stream.write("still here\n")
                except OSError:
                    pass
            time.sleep(0.05)
    os._exit(0)
