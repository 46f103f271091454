import os
import time

for _ in range(2000):
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(10**6)
    except OSError:
        break
