import threading


def spin():
    while True:
        sum(range(10**6))


for _ in range(64):
    threading.Thread(target=spin, daemon=True).start()
