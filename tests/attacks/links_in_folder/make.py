import os


def make(place, places):
    for name, target in (
        ("passwd.py", "/etc/passwd"),
        ("home", places["HOME"]),
        ("reference.py", places["CHECKOUT"] + "/reference/canary.txt"),
        ("loop", "."),
        ("zero.py", "/dev/zero"),
        ("nothing.py", "missing"),
    ):
        os.symlink(target, place / name)
    os.mkfifo(place / "pipe.py")
