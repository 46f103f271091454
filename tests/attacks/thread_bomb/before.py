import threading
import time

try:
    for _ in range(20000):
        threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
except RuntimeError:
    pass
